"""Reads labels from a table, such as `export` has written and someone has filled in."""

import json
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.example_gen import tables
from components.example_gen.files import TABLE_SUFFIXES

_ID, _LABEL = "id", "label"


def read_labels(path: Path) -> dict[str, str | None]:
    """Returns labels by id; None where there is none, which skips the request.

    Args:
      path: CSV, TSV or JSON Lines with columns `id` and `label`, and others, which do not matter.

    Raises:
      InputError: the file cannot be read, is no such table, or gives an id two labels.
    """
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise InputError(
            f"--labels = {str(path)!r}: is no table (valid: {', '.join(TABLE_SUFFIXES)})"
        )
    name = str(path)
    existing = tables.columns(path, name)
    for column in (_ID, _LABEL):
        tables.require(column, "--labels", existing, name)
    labels: dict[str, str | None] = {}
    for row in tables.rows(path, name):
        if row.fault:
            raise InputError(f"{name}, row {row.number}: {row.fault}")
        item, label = (_cell(row.values.get(column)) for column in (_ID, _LABEL))
        if not item:
            raise InputError(f"{name}, row {row.number}: has no id")
        if labels.setdefault(item, label) != label:
            raise InputError(f"{name}, row {row.number}: id {item!r} has another label further up")
    return labels


def _cell(value: Any) -> str | None:
    """Returns a cell as text, None where it is empty; JSON Lines may hold a number."""
    text = value if isinstance(value, str | None) else json.dumps(value)
    return (text or "").strip() or None
