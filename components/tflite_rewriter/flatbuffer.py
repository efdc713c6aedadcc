"""Writes flatbuffers without code generated from their schema.

https://flatbuffers.dev/internals/: a table is a list of fields, each at the place that the schema
gives it; what is missing has its default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import flatbuffers


class Byte(int):
    """A number of one byte, such as one of an enumeration."""


class UInt(int):
    """A number of four bytes, not negative."""


@dataclass(frozen=True)
class Table:
    """Fields by their place in the schema's table."""

    fields: dict[int, "Value"]


Value: TypeAlias = Byte | UInt | str | Table | Sequence[float] | Sequence[Table]


def written(root: Table, identifier: bytes) -> bytes:
    """Returns a flatbuffer.

    Args:
      root: the table of the schema's root type.
      identifier: of the file's kind, 4 bytes.
    """
    builder = flatbuffers.Builder()
    builder.Finish(_offset(builder, root), identifier)
    return bytes(builder.Output())


def _offset(builder: flatbuffers.Builder, value: Value) -> int:
    """Writes what does not lie in its table itself; returns where it lies."""
    if isinstance(value, str):
        return builder.CreateString(value)
    if isinstance(value, Table):
        return _table(builder, value)
    if isinstance(value[0], Table):
        offsets = [_offset(builder, each) for each in value]
        prepend = builder.PrependUOffsetTRelative
    else:
        offsets, prepend = value, builder.PrependFloat32
    # Flatbuffers grow towards their start.
    builder.StartVector(4, len(offsets), 4)
    for each in reversed(offsets):
        prepend(each)
    return builder.EndVector()


def _table(builder: flatbuffers.Builder, table: Table) -> int:
    fields = {
        place: value if isinstance(value, int) else _offset(builder, value)
        for place, value in table.fields.items()
    }
    builder.StartObject(max(fields, default=-1) + 1)
    for place, value in fields.items():
        kind = type(table.fields[place])
        if kind is Byte:
            builder.PrependInt8Slot(place, value, 0)
        elif kind is UInt:
            builder.PrependUint32Slot(place, value, 0)
        else:
            builder.PrependUOffsetTRelativeSlot(place, value, 0)
    return builder.EndObject()
