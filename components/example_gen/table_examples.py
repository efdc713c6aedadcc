"""Takes text, label and group out of the rows of a table."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from components.example_gen import tables, texts
from components.example_gen.set_aside import SetAside

_COLUMN_FIELDS = ("text_column", "label_column", "group_column")


class LabelledText(NamedTuple):
    """One example of a table."""

    text: str
    label: str
    """Empty where the data name no column of labels."""
    split_by: str
    """What decides the split: the group's name, or else the normalised text."""


def check_columns(path: Path, name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the columns of a table.

    Args:
      path: the table.
      name: what to call it in messages.
      data: fields of `TextData`.

    Raises:
      InputError: the table has a fault, or lacks a column that the data name.
    """
    existing = tables.columns(path, name)
    for field in _COLUMN_FIELDS:
        if data[field]:
            tables.require(data[field], field, existing, name)
    return existing


def read_row(row: tables.Row, data: Mapping[str, Any]) -> LabelledText:
    """Checks a row and takes what an example needs.

    Args:
      row: of a table that passed `check_columns`.
      data: fields of `TextData`.

    Raises:
      SetAside: text, label or group are missing or not usable.
    """
    if row.fault:
        raise SetAside(row.fault)
    text = row.values.get(data["text_column"])
    if not isinstance(text, str | None):
        raise SetAside(f"has a text that is no string: {json.dumps(text)[:40]}")
    texts.check(text or "", data["max_characters"])
    column = data["label_column"]
    label = _name(row.values.get(column), "label") if column else ""
    group = data["group_column"]
    split_by = _name(row.values.get(group), group) if group else texts.normalise(text)
    return LabelledText(text, label, split_by)


def _name(value: Any, what: str) -> str:
    """Returns a cell as a name; JSON Lines may hold it as a number."""
    name = value.strip() if isinstance(value, str) else value
    if name is None or name == "":
        raise SetAside(f"has no {what}")
    if isinstance(name, list | dict):
        raise SetAside(f"has a {what} that is no name: {json.dumps(name)[:40]}")
    name = name if isinstance(name, str) else json.dumps(name)
    texts.check_encodable(name, what)
    return name
