"""Finds the examples at a path outside of a run, labelled or not.

Beside the layouts of a task's data it knows files of no class, which lie directly in a folder, and
TFRecords of `tf.Example` or of logged requests, TensorFlow Serving's PredictionLog.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from components.errors import InputError
from components.example_gen.class_folders import SUFFIXES
from components.example_gen.files import TABLE_SUFFIXES, File
from components.example_gen.folders import entries, is_regular, is_utf8, walk
from components.example_gen.layout import find_layout, find_span

RECORD_SUFFIXES = (".gz", ".tfrecord", ".tfrecords")
_MAX_NAMED = 10


class ExamplesAt(NamedTuple):
    """Files with examples."""

    root: str
    """The folder that sources are relative to."""
    form: Literal["files", "tables", "records"]
    """Whether each file is an example, a table of them, or TFRecords."""
    files: tuple[File, ...]
    """Sorted by source."""
    splits: tuple[str, ...]
    """Ready-made splits, train first; empty where there are none."""
    ignored: Mapping[str, int]
    """Files that are no examples: how many of which suffix."""


def find_examples(path: str, kind: str) -> ExamplesAt:
    """Finds the files with examples; none is opened.

    Args:
      path: folder or file.
      kind: `image` or `text`.

    Raises:
      InputError: the path does not exist, cannot be read, or holds no examples; or it has the
        layout of a task's data, with a fault; see `find_layout`.
    """
    if not os.path.exists(path):
        raise InputError(f"data.path = {path!r} does not exist")
    if not os.path.isdir(path):
        return _in_file(Path(path), kind)
    root = os.path.normpath(path)
    _, base = find_span(root, None)
    inside = entries(base)
    suffixes = _suffixes(kind)
    below = (file for folder in inside.folders for file in walk(folder.path))
    if _with_suffix(inside.files, suffixes["tables"]) or any(
        file.name.lower().endswith(suffixes["files"] + suffixes["tables"]) for file in below
    ):
        return _laid_out(root, kind)
    everything = list(walk(base))
    if unlabelled := _with_suffix(inside.files, suffixes["files"]):
        return _found(base, "files", unlabelled, everything)
    if records := _with_suffix(everything, suffixes["records"]):
        return _found(base, "records", records, everything)
    raise InputError(
        f"data.path = {path!r} holds no {kind}s (found: {_counted(everything)}; "
        f"valid: {_valid(kind)})"
    )


def _in_file(path: Path, kind: str) -> ExamplesAt:
    suffixes = _suffixes(kind)
    for form in ("files", "records"):
        if path.suffix.lower() in suffixes[form]:
            return ExamplesAt(str(path.parent), form, (File(path.name, None, None),), (), {})
    if path.suffix.lower() in suffixes["tables"]:
        return _laid_out(str(path), kind)
    raise InputError(f"data.path = {str(path)!r} holds no {kind}s (valid: {_valid(kind)})")


def _suffixes(kind: str) -> dict[str, tuple[str, ...]]:
    tables = TABLE_SUFFIXES if kind == "text" else ()
    return {"files": SUFFIXES[kind], "tables": tables, "records": RECORD_SUFFIXES}


def _valid(kind: str) -> str:
    suffixes = {form: ", ".join(names) for form, names in _suffixes(kind).items()}
    tables = f"; tables: {suffixes['tables']}" if suffixes["tables"] else ""
    return (
        f"a file or a folder of {suffixes['files']}, or of folders of them, one a class{tables}; "
        f"TFRecords: {suffixes['records']}"
    )


def _laid_out(path: str, kind: str) -> ExamplesAt:
    layout = find_layout(path, kind)
    form = "tables" if layout.tables else "files"
    return ExamplesAt(layout.root, form, layout.files, layout.splits, layout.ignored)


def _with_suffix(
    files: Iterable[os.DirEntry[str]], suffixes: tuple[str, ...]
) -> list[os.DirEntry[str]]:
    return [
        file
        for file in files
        if file.name.lower().endswith(suffixes) and is_regular(file) and is_utf8(file.path)
    ]


def _found(
    root: str,
    form: Literal["files", "records"],
    used: Iterable[os.DirEntry[str]],
    present: Iterable[os.DirEntry[str]],
) -> ExamplesAt:
    below = len(os.path.join(root, ""))
    paths = {file.path for file in used}
    files = tuple(File(path[below:], None, None) for path in sorted(paths))
    ignored = Counter(_suffix(file.path) for file in present if file.path not in paths)
    return ExamplesAt(root, form, files, (), dict(sorted(ignored.items())))


def _counted(files: Iterable[os.DirEntry[str]]) -> str:
    counts = Counter(_suffix(file.path) for file in files).most_common(_MAX_NAMED)
    return ", ".join(f"{count} x {suffix}" for suffix, count in counts) or "nothing"


def _suffix(path: str) -> str:
    return Path(path).suffix.lower() or "no suffix"
