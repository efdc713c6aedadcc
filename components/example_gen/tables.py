"""Reads tables of texts row by row: CSV, TSV, JSON Lines, in UTF-8.

A fault of a row sets that row aside. A fault of the file, after which its rows can't be trusted,
stops the run: a quote that is never closed, bytes that are not UTF-8, a missing column.
"""

import csv
import difflib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from components.errors import InputError

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_MAX_FIRST_ROWS = 50_000
_HEADER_ROWS = 100
"""JSON Lines has no header; its columns are those of the first rows."""
_MAX_FIELD_CHARACTERS = 2**26
"""An open quote swallows the rest of the file up to here."""
_BYTE_ORDER_MARK = "\ufeff"


class Row(NamedTuple):
    """One row of data."""

    number: int
    """From 1, without header and blank lines."""
    values: dict[str, Any]
    """By column; what a CSV holds is text. Empty if there is a fault."""
    fault: str
    """Why the row cannot be read; empty if it can."""


class FirstRows(NamedTuple):
    """The beginning of a table."""

    rows: list[Row]
    complete: bool
    """Whether they are all rows."""
    estimate: int
    """How many rows there are in all; a guess from the file's size if not complete."""


def columns(path: Path, name: str) -> tuple[str, ...]:
    """Returns the names of a table's columns.

    Args:
      path: the table, with one of the suffixes of tables.
      name: what to call it in messages.

    Raises:
      InputError: as `rows`; also, a name occurs twice, or there are no rows.
    """
    if path.suffix.lower() in _DELIMITERS:
        header = next(_records(path, name), [])
        _check_header(name, header)
        if next(rows(path, name), None) is None:
            raise InputError(f"{name} has a header, but no rows")
        return tuple(header)
    first = [row.values for row in islice(rows(path, name), _HEADER_ROWS)]
    if not first:
        raise InputError(f"{name} is empty")
    return tuple(dict.fromkeys(column for values in first for column in values))


def rows(path: Path, name: str) -> Iterator[Row]:
    """Yields the rows of a table in order.

    Raises:
      InputError: the file cannot be read, is not UTF-8, or has a quote that is out of place or
        never closed. The message names the line.
    """
    if path.suffix.lower() in _DELIMITERS:
        return _delimited_rows(path, name)
    return _json_rows(path, name)


def first_rows(path: Path, name: str, max_characters: int) -> FirstRows:
    """Returns the rows at the beginning of a table.

    Args:
      path: the table.
      name: what to call it in messages.
      max_characters: in all values together.

    Raises:
      InputError: as `rows`.
    """
    first = []
    characters = 0
    for row in rows(path, name):
        if characters > max_characters or len(first) == _MAX_FIRST_ROWS:
            estimate = round(len(first) * path.stat().st_size / max(1, characters))
            return FirstRows(first, False, max(estimate, len(first) + 1))
        first.append(row)
        characters += sum(len(str(value)) + 1 for value in row.values.values())
    return FirstRows(first, True, len(first))


def require(column: str, field: str, existing: tuple[str, ...], name: str) -> None:
    """Passes if a table has a column.

    Args:
      column: the column's name.
      field: the setting that names it.
      existing: the table's columns.
      name: what to call the table.

    Raises:
      InputError: it does not; the message lists the columns that exist.
    """
    if column in existing:
        return
    close = difflib.get_close_matches(column.casefold(), [c.casefold() for c in existing], n=1)
    similar = [c for c in existing if close and c.casefold() == close[0]]
    hint = f"; did you mean {similar[0]!r}?" if similar else ""
    raise InputError(
        f"{field} = {column!r}: {name} has no such column{hint} (columns: {', '.join(existing)})"
    )


def _check_header(name: str, header: list[str]) -> None:
    if not header:
        raise InputError(f"{name} is empty")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise InputError(f"{name} has the column {twice[0]!r} twice")


def _delimited_rows(path: Path, name: str) -> Iterator[Row]:
    records = _records(path, name)
    header = next(records, [])
    for number, record in enumerate(records, 1):
        if len(record) == len(header):
            yield Row(number, dict(zip(header, record, strict=True)), "")
        else:
            yield Row(number, {}, f"has {len(record)} columns, the header has {len(header)}")


def _records(path: Path, name: str) -> Iterator[list[str]]:
    """Yields each record that is not blank; the first is the header."""
    csv.field_size_limit(_MAX_FIELD_CHARACTERS)
    delimiter = _DELIMITERS[path.suffix.lower()]
    reader = csv.reader(_lines(path, name), delimiter=delimiter, strict=True)
    is_header = True
    while True:
        begin = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise _quote_fault(name, begin, reader.line_num, str(error)) from None
        if record is None:
            return
        if record:
            yield [column.strip() for column in record] if is_header else record
            is_header = False


def _quote_fault(name: str, begin: int, end: int, error: str) -> InputError:
    if error == "unexpected end of data" or "field larger than" in error:
        return InputError(f"{name}: a quote in the row that begins at line {begin} is never closed")
    if "new-line" in error:
        return InputError(
            f"{name}, line {end}: a carriage return outside quotes, not at a line's end"
        )
    return InputError(
        f"{name}, line {end}: {error}; a quote within a quoted field is written twice"
    )


def _json_rows(path: Path, name: str) -> Iterator[Row]:
    number = 0
    for line, text in enumerate(_lines(path, name), 1):
        if not text.strip():
            continue
        number += 1
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Row(number, {}, f"is no valid JSON in line {line}: {error}")
            continue
        if isinstance(values, dict):
            yield Row(number, values, "")
        else:
            yield Row(number, {}, f"is no JSON object in line {line}")


def _lines(path: Path, name: str) -> Iterator[str]:
    """Yields the lines with their ends, decoded one by one, so that a fault has a line."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.decode()
                yield text.removeprefix(_BYTE_ORDER_MARK) if number == 1 else text
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}, line {number}: not UTF-8 (byte {error.start + 1} of the line is "
            f"0x{error.object[error.start]:02x}); save the table as UTF-8"
        ) from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from None
