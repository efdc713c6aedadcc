"""A quick look at the input before anything heavy is imported or run.

All files are listed, but only a bounded sample is opened.
"""

import os
import random
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.example_gen import images, tables, texts
from components.example_gen.files import File, Layout, read_bytes
from components.example_gen.layout import find_layout
from components.example_gen.set_aside import Rejected, SetAside
from components.example_gen.table_examples import check_columns, read_row

_SAMPLE_FILES = 200
_SAMPLE_BYTES = 16 * 2**20
_SAMPLE_PIXELS = 16_000_000
_FIRST_ROWS = 100
_ESTIMATED_CHARACTERS = 2**16


@dataclass(frozen=True)
class Survey:
    """What the input looks like."""

    layout: Layout
    kind: str
    """`image` or `text`."""
    classes: Mapping[str, int]
    """Examples a class, the largest first."""
    examples: int
    """Files or rows; rows are estimated from the size where the sample is not complete."""
    complete: bool
    """Whether `classes` counts all examples, or those of the sample only."""
    sampled: int
    """Examples that were opened."""
    broken: tuple[Rejected, ...]
    """Those of the sample that cannot be used, and why."""
    columns: tuple[str, ...] = ()
    """Of the first table."""
    median_width: float = 0
    """Pixels."""
    median_height: float = 0
    """Pixels."""
    median_words: float = 0
    most_words: float = 0
    """95 % of the texts have at most so many words."""


def check_input(data: Mapping[str, Any]) -> Layout:
    """Returns the layout of an input that is fit to be read; of tables, the first rows are.

    Args:
      data: fields of `ImageData` or `TextData`, with an absolute `path`.

    Raises:
      InputError: the layout is not known, or a table has a fault; see `find_layout` and
        `tables.rows`.
    """
    layout = find_layout(data["path"], data["kind"])
    for file in layout.files if layout.tables else ():
        path = Path(layout.root, file.source)
        check_columns(path, file.source, data)
        first = islice(tables.rows(path, file.source), _FIRST_ROWS)
        reasons = [_fault(row, data) for row in first]
        if all(reasons):
            raise InputError(
                f"{file.source}: none of the first {len(reasons)} rows can be used; "
                f"row 1 {reasons[0]}"
            )
    return layout


def estimated_examples(layout: Layout) -> int:
    """Returns how many examples there are: of tables about, from the size of their first rows.

    Raises:
      InputError: a table has a fault; see `tables.rows`.
    """
    if not layout.tables:
        return len(layout.files)
    return sum(
        tables.first_rows(
            Path(layout.root, file.source), file.source, _ESTIMATED_CHARACTERS
        ).estimate
        for file in layout.files
    )


def survey(data: Mapping[str, Any]) -> Survey:
    """Looks at the input.

    Args:
      data: fields of `ImageData` or `TextData`, with an absolute `path`.

    Raises:
      InputError: the input cannot be used; see `check_input`.
    """
    layout = check_input(data)
    if layout.tables:
        return _survey_tables(layout, data)
    if data["kind"] == "image":
        return _survey_images(layout, data["max_pixels"])
    return _survey_texts(layout, data["max_characters"])


def _fault(row: tables.Row, data: Mapping[str, Any]) -> str:
    """Returns why a row cannot be used; empty if it can."""
    try:
        read_row(row, data)
    except SetAside as reason:
        return str(reason)
    return ""


def _survey_images(layout: Layout, max_pixels: int) -> Survey:
    broken: list[Rejected] = []
    measures: list[images.ImageMeasures] = []
    pixels = 0
    for file in _sample(layout):
        try:
            measures.append(images.measure(read_bytes(layout.root, file), max_pixels))
        except SetAside as reason:
            broken.append(Rejected(file.source, str(reason)))
            continue
        pixels += measures[-1].width * measures[-1].height
        if pixels > _SAMPLE_PIXELS:
            break
    return Survey(
        layout=layout,
        kind="image",
        classes=_class_sizes(layout),
        examples=len(layout.files),
        complete=True,
        sampled=len(measures) + len(broken),
        broken=tuple(broken),
        median_width=_median([measure.width for measure in measures]),
        median_height=_median([measure.height for measure in measures]),
    )


def _survey_texts(layout: Layout, max_characters: int) -> Survey:
    broken: list[Rejected] = []
    words: list[int] = []
    for file in _sample(layout):
        try:
            text = texts.decode(read_bytes(layout.root, file), max_characters)
        except SetAside as reason:
            broken.append(Rejected(file.source, str(reason)))
        else:
            words.append(len(text.split()))
    return Survey(
        layout=layout,
        kind="text",
        classes=_class_sizes(layout),
        examples=len(layout.files),
        complete=True,
        sampled=len(words) + len(broken),
        broken=tuple(broken),
        median_words=_median(words),
        most_words=_percentile_95(words),
    )


def _survey_tables(layout: Layout, data: Mapping[str, Any]) -> Survey:
    broken: list[Rejected] = []
    words: list[int] = []
    labels: Counter[str] = Counter()
    examples, complete = 0, True
    for file in layout.files:
        path = Path(layout.root, file.source)
        first = tables.first_rows(path, file.source, _SAMPLE_BYTES // len(layout.files))
        examples += first.estimate
        complete = complete and first.complete
        for row in first.rows:
            try:
                text, label, _ = read_row(row, data)
            except SetAside as reason:
                broken.append(Rejected(f"{file.source}#row {row.number}", str(reason)))
            else:
                words.append(len(text.split()))
                labels[label] += 1
    if complete and len(labels) == 1:
        raise InputError(
            f"label_column = {data['label_column']!r}: all {len(words)} rows have the label "
            f"{next(iter(labels))!r}; it takes two classes"
        )
    source = layout.files[0].source
    return Survey(
        layout=layout,
        kind="text",
        classes=dict(labels.most_common()),
        examples=examples,
        complete=complete,
        sampled=len(words) + len(broken),
        broken=tuple(broken),
        columns=tables.columns(Path(layout.root, source), source),
        median_words=_median(words),
        most_words=_percentile_95(words),
    )


def _sample(layout: Layout) -> Iterator[File]:
    """Yields files from all over the input, always the same ones, up to a size together."""
    size = 0
    for file in random.Random(0).sample(layout.files, min(_SAMPLE_FILES, len(layout.files))):
        if size > _SAMPLE_BYTES:
            return
        size += os.path.getsize(os.path.join(layout.root, file.source))
        yield file


def _class_sizes(layout: Layout) -> dict[str, int]:
    return dict(Counter(str(file.label) for file in layout.files).most_common())


def _median(values: Sequence[int]) -> float:
    return statistics.median(values) if values else 0


def _percentile_95(values: Sequence[int]) -> float:
    return sorted(values)[len(values) * 95 // 100] if values else 0
