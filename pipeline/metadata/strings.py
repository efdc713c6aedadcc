"""The texts in a protocol buffer."""

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

M = TypeVar("M", bound=Message)


def change_strings(message: M, change: Callable[[str], str]) -> M:
    """Returns a copy in which every text is changed, keys of maps included."""
    copy = type(message)()
    copy.CopyFrom(message)
    _change(copy, change)
    return copy


def _change(message: Message, change: Callable[[str], str]) -> None:
    for field, value in message.ListFields():
        if field.message_type and field.message_type.GetOptions().map_entry:
            _change_map(field, value, change)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            for each in value if field.label == FieldDescriptor.LABEL_REPEATED else [value]:
                _change(each, change)
        elif field.type == FieldDescriptor.TYPE_STRING:
            if field.label == FieldDescriptor.LABEL_REPEATED:
                value[:] = [change(each) for each in value]
            else:
                setattr(message, field.name, change(value))


def _change_map(field: FieldDescriptor, entries: object, change: Callable[[str], str]) -> None:
    kinds = field.message_type.fields_by_name
    if kinds["key"].type != FieldDescriptor.TYPE_STRING:
        return
    before = dict(entries)
    if kinds["value"].type == FieldDescriptor.TYPE_MESSAGE:
        for key in list(before):
            value = type(before[key])()
            value.CopyFrom(before[key])
            _change(value, change)
            del entries[key]
            entries[change(key)].CopyFrom(value)
    else:
        entries.clear()
        for key, value in before.items():
            entries[change(key)] = change(value) if isinstance(value, str) else value
