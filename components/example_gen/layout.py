"""Which files hold the examples: spans, ready-made splits, classes, tables.

A layout is read from names alone; no file is opened. From the outside in:

    span-{N}/                the highest N is read; everything else lies inside it
    train/ eval/ test/       ready-made splits; a missing eval or test is cut from train
    <class>/                 images or .txt files, nested as one likes
    train.csv test.csv       or tables of texts, beside each other or in folders of splits
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from components.errors import InputError
from components.example_gen.class_folders import ClassFolders
from components.example_gen.files import TABLE_SUFFIXES, File, Files, Layout
from components.example_gen.folders import entries
from components.example_gen.splits import SPLITS, split_of_name
from components.example_gen.table_files import ignored_beside, table_files

_SPAN = re.compile(r"span-(\d+)")


def find_layout(path: str, kind: str, span: int | None = None) -> Layout:
    """Finds the files of one span.

    Args:
      path: folder, or for texts also a table.
      kind: `image` or `text`.
      span: the number of the span to read; None reads the highest.

    Raises:
      InputError: the path does not exist, cannot be read, is empty or of no known layout; a split
        or a class is empty; there are fewer than two classes, or one that train lacks.
    """
    if not os.path.exists(path):
        raise InputError(f"data.path = {path!r} does not exist")
    if not os.path.isdir(path):
        return _one_table(Path(path), kind)
    root = os.path.normpath(path)
    span, base = find_span(root, span)
    inside = entries(base)
    if not inside.folders and not inside.files:
        raise InputError(f"data.path: the folder {base!r} is empty")
    by_split = _split_folders(base, {entry.name: entry.path for entry in inside.folders})
    found = table_files(base, by_split) if kind == "text" else []
    if found:
        return _layout(root, True, span, _below(root, found), ignored_beside(base, found))
    folders = ClassFolders(kind, root)
    return _layout(root, False, span, folders.collect(base, by_split), folders.ignored)


def _one_table(path: Path, kind: str) -> Layout:
    if kind != "text":
        raise InputError(
            f"data.path = {str(path)!r} is a file; images come in a folder, one folder a class"
        )
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise InputError(
            f"data.path = {str(path)!r} is no table of texts "
            f"(valid: {', '.join(TABLE_SUFFIXES)}, or a folder)"
        )
    # In the working directory, `path` is shorter than its folder's name and a slash.
    whole = os.path.join(path.parent, path.name)
    root = str(path.parent)
    return _layout(root, True, 0, _below(root, [File(whole, None, None)]), {})


def _below(root: str, tables: Iterable[File]) -> Files:
    """Returns tables, whose sources are paths, with sources that are relative to a folder."""
    above = len(os.path.join(root, ""))
    return Files(sorted(table._replace(source=table.source[above:]) for table in tables))


def _layout(root: str, tables: bool, span: int, files: Files, ignored: Mapping[str, int]) -> Layout:
    present = {split for split, _ in files.groups}
    return Layout(
        root=root,
        tables=tables,
        span=span,
        splits=tuple(split for split in SPLITS if split in present),
        files=files,
        ignored=dict(sorted(ignored.items())),
    )


def find_span(root: str, wanted: int | None) -> tuple[int, str]:
    """Returns the number and the folder of a span; 0 and `root` where there are no spans.

    Args:
      root: the folder above the spans.
      wanted: the number of the span; None is the highest.

    Raises:
      InputError: there is no such span, or it lies there twice.
    """
    spans: dict[int, str] = {}
    for folder in entries(root).folders:
        if match := _SPAN.fullmatch(folder.name):
            number = int(match[1])
            if number in spans:
                raise InputError(
                    f"data.path: {spans[number]!r} and {folder.path!r} are the same span; keep one"
                )
            spans[number] = folder.path
    if not spans and not wanted:
        return 0, root
    span = max(spans) if wanted is None else wanted
    if span not in spans:
        raise InputError(f"data.path: {root!r} has no folder of span {span}")
    return span, spans[span]


def _split_folders(base: str, folders: Mapping[str, str]) -> dict[str, str]:
    """Returns the folder of each ready-made split; empty where the folders are classes."""
    by_split: dict[str, str] = {}
    for name, path in folders.items():
        split = split_of_name(name)
        if split in by_split:
            raise InputError(
                f"data.path: {by_split[split]!r} and {path!r} are the same split; keep one"
            )
        if split:
            by_split[split] = path
    others = [name for name in folders if not split_of_name(name)]
    names = ", ".join(name for name in folders if split_of_name(name))
    # A single "train" or "test" beside other folders is a class, say of vehicles.
    if others and len(by_split) < 2:
        return {}
    if others:
        raise InputError(
            f"data.path: {base!r} holds splits ({names}) beside other folders "
            f"({', '.join(others[:10])}); keep either splits or classes there"
        )
    if by_split and "train" not in by_split:
        raise InputError(f"data.path: {base!r} holds {names}, but no train")
    return {split: by_split[split] for split in SPLITS if split in by_split}
