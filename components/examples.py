"""Reads the Examples artifact: gzipped TFRecords of `tf.Example`, one folder a split."""

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import tensorflow as tf
from PIL import Image

from components.features import IMAGE, TEXT

_READ_AT_ONCE = 64
"""Records that TensorFlow hands over together: one by one, handing over takes most of the time."""


def split_files(examples_uri: str, split: str) -> list[str]:
    """Returns the TFRecord files of a split, sorted; empty where the split does not exist."""
    return sorted(str(path) for path in Path(examples_uri, f"Split-{split}").glob("*.gz"))


def read_splits(examples_uri: str, splits: Iterable[str]) -> Iterator[bytes]:
    """Yields the serialized `tf.Example`s of some splits, one split after the other."""
    return read_records([file for split in splits for file in split_files(examples_uri, split)])


def read_records(files: Sequence[str]) -> Iterator[bytes]:
    """Yields the serialized `tf.Example`s of TFRecord files, in the order of the files."""
    # TensorFlow takes an empty list for one of numbers.
    if not files:
        return
    records = tf.data.TFRecordDataset(files, "GZIP").batch(_READ_AT_ONCE)
    for batch in records.as_numpy_iterator():
        yield from batch


def read_examples(examples_uri: str, split: str) -> Iterator[tf.train.Example]:
    """Yields the examples of a split, in the order of the files."""
    return map(tf.train.Example.FromString, read_records(split_files(examples_uri, split)))


def values(example: tf.train.Example, feature: str) -> list[str] | list[int] | list[float]:
    """Returns a feature's values, bytes decoded as UTF-8; empty where it is missing."""
    field = example.features.feature.get(feature, tf.train.Feature())
    if field.HasField("bytes_list"):
        return [value.decode(errors="replace") for value in field.bytes_list.value]
    if field.HasField("int64_list"):
        return list(field.int64_list.value)
    return list(field.float_list.value)


def content(example: tf.train.Example) -> bytes:
    """Returns the image's file, or the text in UTF-8; empty where there is neither."""
    features = example.features.feature
    field = features[IMAGE] if IMAGE in features else features[TEXT]
    return field.bytes_list.value[0] if field.bytes_list.value else b""


def content_of(serialized: bytes) -> bytes:
    """Returns the content of a serialized example."""
    return content(tf.train.Example.FromString(serialized))


def image_example(image: Image.Image) -> bytes:
    """Returns a serialized example of an image, as ingest writes it but for all measures."""
    file = io.BytesIO()
    image.save(file, "PNG")
    value = tf.train.Feature(bytes_list=tf.train.BytesList(value=[file.getvalue()]))
    return tf.train.Example(features=tf.train.Features(feature={IMAGE: value})).SerializeToString()
