"""Guesses what a path holds, for a task that is not written yet."""

import os
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from components.errors import InputError
from components.example_gen import tables
from components.example_gen.files import IMAGE_SUFFIXES, TABLE_SUFFIXES, TEXT_SUFFIXES
from components.example_gen.folders import walk
from components.example_gen.layout import find_layout

_FIRST_FILES = 5_000
_FIRST_CHARACTERS = 8 * 2**20
_USUAL_LABELS = {"category", "class", "label", "labels", "sentiment", "target", "y"}
_MAX_CLASSES = 20
"""A label may have so many values in any case,"""
_MIN_ROWS_A_CLASS = 10
"""or as many as leave each of them so many rows."""


class Columns(NamedTuple):
    """Which column of a table holds what."""

    text: str
    label: str


def guess_kind(path: str) -> str:
    """Returns `image` or `text`, whichever more of the first files below a folder are.

    Raises:
      InputError: the path does not exist, or holds neither.
    """
    if not os.path.isdir(path):
        find_layout(path, "text")
        return "text"
    suffixes = Counter(Path(file.name).suffix.lower() for file in islice(walk(path), _FIRST_FILES))
    pictures = sum(suffixes[suffix] for suffix in IMAGE_SUFFIXES)
    writings = sum(suffixes[suffix] for suffix in TEXT_SUFFIXES + TABLE_SUFFIXES)
    if not pictures and not writings:
        found = [f"{count} x {suffix or 'no suffix'}" for suffix, count in suffixes.most_common(10)]
        valid = IMAGE_SUFFIXES + TEXT_SUFFIXES + TABLE_SUFFIXES
        raise InputError(
            f"{path!r} holds neither images nor texts (found: {', '.join(found) or 'nothing'}; "
            f"valid: {', '.join(valid)})"
        )
    return "image" if pictures >= writings else "text"


def guess_columns(path: str) -> Columns | None:
    """Guesses columns from the first table's rows; None where the texts are in class folders.

    The text is the column with the longest texts in the mean. The label is a column of a usual
    name, or else the one with the fewest distinct values, if those are few.

    Raises:
      InputError: the path cannot be used, or no column looks like a label.
    """
    layout = find_layout(path, "text")
    if not layout.tables:
        return None
    source = layout.files[0].source
    table = Path(layout.root, source)
    existing = tables.columns(table, source)
    rows = tables.first_rows(table, source, _FIRST_CHARACTERS).rows
    cells = {
        column: [str(row.values[column]) for row in rows if row.values.get(column)]
        for column in existing
    }
    text = max(existing, key=lambda column: sum(map(len, cells[column])))
    distinct = {column: len(set(values)) for column, values in cells.items()}
    few = max(_MAX_CLASSES, len(rows) // _MIN_ROWS_A_CLASS)
    labels = [column for column in existing if column != text and 1 <= distinct[column] <= few]
    usual = [column for column in labels if column.casefold() in _USUAL_LABELS]
    varied = sorted((c for c in labels if distinct[c] > 1), key=lambda column: distinct[column])
    if not usual and not varied:
        raise InputError(
            f"{source}: no column looks like a label, that is, has a few distinct values "
            f"(columns: {', '.join(existing)})"
        )
    return Columns(text, (usual or varied)[0])
