"""Writes the next span: all that the newest one holds, and what has been labelled.

A run trains on the newest span alone, so the next one has to hold both. Files are hard links, which
cost no space; where a file system has none, they are copies. What was split ready-made stays so,
and new examples go into train.

    data/pets/cat/1.jpg             data/pets/span-1/cat/1.jpg     (the same file)
    data/pets/dog/1.jpg      →      data/pets/span-1/dog/1.jpg     (the same file)
                                    data/pets/span-1/dog/5f0c….png
"""

import csv
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from components.errors import InputError
from components.example_gen.files import Layout
from components.example_gen.layout import find_layout, find_span
from components.example_gen.splits import split_of_name
from components.features import IMAGE
from pipeline.feedback.contents import id_of
from pipeline.feedback.image_suffix import image_suffix

_TRAIN = "train"


class Labelled(NamedTuple):
    """A new example."""

    content: bytes
    """An image's file, or a text in UTF-8."""
    label: str


class Span(NamedTuple):
    """What was written."""

    folder: Path
    kept: int
    """Files that the span before had: images, texts, or tables of them."""
    added: int
    """New examples."""
    path: Path | None
    """What `data.path` has to be from now on; None where it can stay as it is."""


def write_next_span(data: Mapping[str, Any], labelled: Sequence[Labelled]) -> Span:
    """Writes the next span beside the newest, whole or not at all.

    Data without spans become the first one: in their own folder, where ingest then reads nothing
    but the span; a table that is data.path itself, in a folder that has its name.

    Args:
      data: fields of `ImageData` or `TextData`, with an absolute `path`.
      labelled: the new examples, one or more.

    Raises:
      InputError: the data cannot be read (see `find_layout`), or the span cannot be written.
    """
    layout = find_layout(data["path"], data["kind"])
    is_file = not os.path.isdir(data["path"])
    root = Path(data["path"]).with_suffix("") if is_file else Path(layout.root)
    if is_file and root.exists():
        raise InputError(
            f"data.path = {data['path']!r} is a single table, so its spans would lie in "
            f"{str(root)!r}, which exists; let data.path be that folder, if it holds them already"
        )
    newest = layout.root if is_file else find_span(layout.root, None)[1]
    target = root / _next_name(layout, newest)
    # A name with a full stop in front is one that ingest does not see.
    aside = root / f".{target.name}-{uuid.uuid4().hex}"
    try:
        root.mkdir(exist_ok=True)
        try:
            _fill(aside, layout, newest, labelled, data, target.name)
            os.rename(aside, target)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            if is_file:
                root.rmdir()
            raise
    except OSError as error:
        raise InputError(
            f"{error.filename or target} cannot be written: {error.strerror}"
        ) from None
    return Span(target, len(layout.files), len(labelled), root if is_file else None)


def _next_name(layout: Layout, newest: str) -> str:
    if newest == layout.root:
        return "span-1"
    digits = len(os.path.basename(newest).removeprefix("span-"))
    return f"span-{layout.span + 1:0{digits}}"


def _fill(
    folder: Path,
    layout: Layout,
    newest: str,
    labelled: Sequence[Labelled],
    data: Mapping[str, Any],
    span: str,
) -> None:
    folder.mkdir()
    for source, place in _places(layout, newest):
        _link(source, folder / place)
    # The split's folder may be called Train.
    train = next((each for each in folder.iterdir() if _is_train(each.name)), None)
    into = train if layout.splits and train else folder
    if layout.tables:
        _add_rows(into / f"feedback-{span}.csv", labelled, data)
    else:
        _add_files(into, labelled, data["kind"])


def _places(layout: Layout, newest: str) -> Iterator[tuple[Path, PurePosixPath]]:
    """Yields each file, and where it goes in the new span."""
    for file in layout.files:
        source = Path(layout.root, file.source)
        place = PurePosixPath(source.relative_to(newest).as_posix())
        if layout.tables and len(place.parts) == 1:
            # By their names tables are splits, or none is: one more, of another name, would be
            # refused beside them, but not in folders of splits.
            if file.split:
                place = PurePosixPath(file.split, place.name)
            elif split_of_name(place.stem):
                place = PurePosixPath(f"all-{place.name}")
        yield source, place


def _is_train(name: str) -> bool:
    return split_of_name(name) == _TRAIN


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source = source.resolve()
    try:
        os.link(source, target)
    except OSError:
        # Another file system, one without links, or too many of them.
        shutil.copy2(source, target)


def _add_files(folder: Path, labelled: Sequence[Labelled], kind: str) -> None:
    for each in labelled:
        suffix = image_suffix(each.content) if kind == IMAGE else ".txt"
        path = folder / each.label / f"{id_of(each.content, kind)}{suffix}"
        path.parent.mkdir(exist_ok=True)
        # What is there under this name has this content; and a link must never be written through.
        if not path.exists():
            path.write_bytes(each.content)


def _add_rows(path: Path, labelled: Sequence[Labelled], data: Mapping[str, Any]) -> None:
    group = data["group_column"]
    with path.open("x", encoding="utf-8", newline="") as file:
        # Quoted, as a carriage return within a text would end a row.
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([data["text_column"], data["label_column"], *([group] if group else [])])
        for each in labelled:
            # Nothing is known of its relatives: it is a group of its own.
            own = [id_of(each.content, data["kind"])] if group else []
            writer.writerow([each.content.decode(), each.label, *own])
