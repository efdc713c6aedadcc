"""Tables beside each other in a folder, or in folders of splits."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from components.errors import InputError
from components.example_gen.files import TABLE_SUFFIXES, TEXT_SUFFIXES, File
from components.example_gen.folders import entries, walk
from components.example_gen.splits import SPLITS, split_of_name


def table_files(base: str, by_split: Mapping[str, str]) -> list[File]:
    """Returns the tables, their paths as sources; empty where there are none.

    Args:
      base: folder of the tables, or of the splits.
      by_split: folder of each ready-made split.

    Raises:
      InputError: tables lie beside other examples; some are splits and others are not; a split
        has no table.
    """
    beside = _tables_in(base)
    inside = {split: _tables_in(folder) for split, folder in by_split.items()}
    if beside:
        _check_alone(base, beside)
        return _by_stem(base, beside)
    empty = [split for split, tables in inside.items() if not tables]
    if len(empty) == len(inside):
        return []
    if empty:
        raise InputError(f"data.path: {by_split[empty[0]]!r} holds no table")
    return [File(table, split, None) for split, tables in inside.items() for table in tables]


def ignored_beside(base: str, tables: Iterable[File]) -> Counter[str]:
    """Counts by suffix the other files of `base` and of the tables' folders."""
    folders = {base, *(os.path.dirname(table.source) for table in tables)}
    files = [file for folder in folders for file in entries(folder).files]
    suffixes = [Path(file.name).suffix.lower() for file in files]
    return Counter(suffix or "no suffix" for suffix in suffixes if suffix not in TABLE_SUFFIXES)


def _tables_in(folder: str) -> list[str]:
    files = entries(folder).files
    return [file.path for file in files if file.name.lower().endswith(TABLE_SUFFIXES)]


def _check_alone(base: str, tables: list[str]) -> None:
    examples = TABLE_SUFFIXES + TEXT_SUFFIXES
    for folder in entries(base).folders:
        for file in walk(folder.path):
            if file.name.lower().endswith(examples):
                raise InputError(
                    f"data.path: {base!r} holds a table ({Path(tables[0]).name}) beside a folder "
                    f"of other examples ({file.path}): keep one of both there, or set data.path "
                    "to the one to read"
                )


def _by_stem(base: str, tables: list[str]) -> list[File]:
    splits = [split_of_name(Path(table).stem) for table in tables]
    if len(tables) == 1 or not any(splits):
        return [File(table, None, None) for table in tables]
    if "train" not in splits or None in splits or len(set(splits)) < len(splits):
        names = ", ".join(Path(table).name for table in tables)
        raise InputError(
            f"data.path: the tables of {base!r} ({names}) must be one each of "
            f"{', '.join(SPLITS)}, with a train, or none of them"
        )
    return [File(table, split, None) for table, split in zip(tables, splits, strict=True)]
