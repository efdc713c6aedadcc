"""Turns files and rows into serialized `tf.Example`s."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import tensorflow as tf

from components import features
from components.example_gen import images, tables, texts
from components.example_gen.files import File, read_bytes
from components.example_gen.set_aside import Rejected, SetAside
from components.example_gen.splits import content_digest
from components.example_gen.table_examples import check_columns, read_row

T = TypeVar("T")
_HANDED_OVER = 16
_READERS = 8


class Example(NamedTuple):
    """One example on its way into a split."""

    source: str
    label: str
    digest: bytes
    """Of what decides the split."""
    serialized: bytes


def ingest(
    files: Sequence[File], root: str, data: Mapping[str, Any]
) -> Iterable[Example | Rejected]:
    """Reads a batch of images or texts of classes, or of tables.

    Args:
      files: of one kind.
      root: folder that their sources are relative to.
      data: fields of `ImageData` or `TextData`.

    Raises:
      InputError: a table has a fault, or lacks a column.
    """
    if data["kind"] == "image":
        return ingest_images(files, root, data["max_pixels"])
    if files[0].label is not None:
        return ingest_texts(files, root, data["max_characters"])
    tables_of_rows = (ingest_table(Path(root, file.source), file.source, data) for file in files)
    return itertools.chain.from_iterable(tables_of_rows)


def ingest_images(files: Sequence[File], root: str, max_pixels: int) -> list[Example | Rejected]:
    """Reads a batch of images, all in memory at once.

    Step by step for the whole batch: to go back and forth between Pillow and TensorFlow for every
    image makes both slower, by half of the whole on small images.

    Args:
      files: images of classes.
      root: folder that their sources are relative to.
      max_pixels: larger images are set aside.
    """
    steps = _Steps()
    contents = steps.read(files, root)
    measures = steps.take(contents, lambda file: images.measure(contents[file], max_pixels))
    tensors = as_tensors(contents[file] for file in measures)
    decodable = steps.take(measures, lambda file: check_decodes(next(tensors), measures[file]))
    return steps.rejected + [
        _image_example(file, contents[file], measures[file]) for file in decodable
    ]


def ingest_texts(files: Sequence[File], root: str, max_characters: int) -> list[Example | Rejected]:
    """Reads a batch of text files.

    Args:
      files: texts of classes, in UTF-8.
      root: folder that their sources are relative to.
      max_characters: longer texts are set aside.
    """
    steps = _Steps()
    contents = steps.read(files, root)
    decoded = steps.take(contents, lambda file: texts.decode(contents[file], max_characters))
    return steps.rejected + [
        _text_example(text, file.source, str(file.label), texts.normalise(text))
        for file, text in decoded.items()
    ]


def ingest_table(path: Path, source: str, data: Mapping[str, Any]) -> Iterator[Example | Rejected]:
    """Reads the rows of a table, each with `source#row N` as its source.

    Raises:
      InputError: the table has a fault, or lacks a column.
    """
    check_columns(path, source, data)
    for row in tables.rows(path, source):
        row_source = f"{source}#row {row.number}"
        try:
            text, label, split_by = read_row(row, data)
        except SetAside as reason:
            yield Rejected(row_source, str(reason))
        else:
            yield _text_example(text, row_source, label, split_by)


def bare_example(kind: str, content: bytes, source: str, label: str) -> tf.train.Example:
    """Returns an example without what ingest measures.

    Args:
      kind: `image` or `text`.
      content: the image's file, or the text in UTF-8.
      source: where it came from.
      label: empty leaves it out.
    """
    example = tf.train.Example()
    feature = example.features.feature
    feature[kind].bytes_list.value.append(content)
    feature[features.SOURCE].bytes_list.value.append(source.encode())
    if label:
        feature[features.LABEL].bytes_list.value.append(label.encode())
    return example


def add_numbers(example: tf.train.Example, numbers: Mapping[str, int | float]) -> None:
    """Adds a feature for each number, by its name."""
    for name, number in numbers.items():
        feature = example.features.feature[name]
        if isinstance(number, int):
            feature.int64_list.value.append(number)
        else:
            feature.float_list.value.append(number)


class _Steps:
    """Steps over a batch, each with what the last one let pass."""

    def __init__(self) -> None:
        self.rejected: list[Example | Rejected] = []

    def read(self, files: Sequence[File], root: str) -> dict[File, bytes]:
        """Returns the content of each file that can be read; a disk is asked for some at once."""
        size = math.ceil(len(files) / _READERS)
        parts = [files[start : start + size] for start in range(0, len(files), size)]
        with ThreadPoolExecutor(_READERS) as readers:
            read = list(itertools.chain(*readers.map(partial(_read, root), parts)))
        contents = {}
        for file, outcome in read:
            if isinstance(outcome, SetAside):
                self.rejected.append(Rejected(file.source, str(outcome)))
            else:
                contents[file] = outcome
        return contents

    def take(self, files: Iterable[File], step: Callable[[File], T]) -> dict[File, T]:
        """Returns the step's result for each file that it does not set aside."""
        results = {}
        for file in files:
            try:
                results[file] = step(file)
            except SetAside as reason:
                self.rejected.append(Rejected(file.source, str(reason)))
        return results


def _read(root: str, files: Sequence[File]) -> list[tuple[File, bytes | SetAside]]:
    found: list[tuple[File, bytes | SetAside]] = []
    for file in files:
        try:
            found.append((file, read_bytes(root, file)))
        except SetAside as reason:
            found.append((file, reason))
    return found


def as_tensors(contents: Iterable[bytes]) -> Iterator[tf.Tensor]:
    """Yields contents as scalars of TensorFlow, in the same order.

    Some together: each string that is handed over leaves some 340 bytes in TensorFlow 2.16 for
    good, one or many.
    """
    rest = iter(contents)
    while some := list(itertools.islice(rest, _HANDED_OVER)):
        yield from tf.unstack(tf.constant(some))


def check_decodes(content: tf.Tensor, measures: images.ImageMeasures) -> None:
    """Lets TensorFlow decode the image, as nothing else foretells what its decoders refuse.

    Args:
      content: its file, a scalar.
      measures: what Pillow said of it.

    Raises:
      SetAside: it refuses the image, or decodes another size.
    """
    try:
        # An array has its shape at hand.
        pixels = tf.io.decode_image(content, expand_animations=False).numpy()
    except tf.errors.OpError:
        raise SetAside("is damaged: TensorFlow cannot decode it; save it again") from None
    height, width = pixels.shape[:2]
    if (width, height) != (measures.width, measures.height):
        raise SetAside(
            f"has {measures.width} x {measures.height} pixels, of which TensorFlow decodes "
            f"{width} x {height}; save it again"
        )


def _image_example(file: File, content: bytes, measures: images.ImageMeasures) -> Example:
    label = str(file.label)
    serialized = _serialize(features.IMAGE, content, file.source, label, measures._asdict())
    return Example(file.source, label, content_digest(content), serialized)


def _text_example(text: str, source: str, label: str, split_by: str) -> Example:
    measures = texts.measure(text)._asdict()
    serialized = _serialize(features.TEXT, text.encode(), source, label, measures)
    return Example(source, label, content_digest(split_by.encode()), serialized)


def _serialize(
    kind: str, content: bytes, source: str, label: str, measures: Mapping[str, int | float]
) -> bytes:
    example = bare_example(kind, content, source, label)
    add_numbers(example, measures)
    return example.SerializeToString(deterministic=True)
