"""Records in files of about the same size, which many can read side by side.

What is gzipped can be read by one alone, from its start, and Beam's readers hold much of it. Beam's
own sink fills one file however large, and numbers several by chance.
"""

import hashlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

SHARD_BYTES = 32 * 2**20
"""Of records, before they are compressed; after as many a file is full."""


class Shard(NamedTuple):
    """A file that is written."""

    path: str
    digest: str
    """Of its first record: an order of files that depends on nothing but what is in them."""


class ShardWriter:
    """Writes records to gzipped TFRecord files, under names that nobody else has."""

    def __init__(self, folder: str, limit: int = SHARD_BYTES) -> None:
        """Takes a place for the files.

        Args:
          folder: made if it is not there.
          limit: bytes of records after which a file is full.
        """
        os.makedirs(folder, exist_ok=True)
        self._folder, self._limit = folder, limit
        self._file: tf.io.TFRecordWriter | None = None
        self._size = 0
        self._shards: list[Shard] = []

    def write(self, record: bytes) -> None:
        """Writes a record behind the others."""
        if self._file is None:
            path = os.path.join(self._folder, f"{uuid.uuid4().hex}.gz")
            self._shards.append(Shard(path, hashlib.sha256(record).hexdigest()))
            self._file, self._size = tf.io.TFRecordWriter(path, "GZIP"), 0
        self._file.write(record)
        self._size += len(record)
        if self._size >= self._limit:
            self._end_file()

    def close(self) -> list[Shard]:
        """Ends the last file, and returns all of them in the order of the records."""
        self._end_file()
        return self._shards

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def place_shards(shards: Sequence[Shard], folder: Path) -> None:
    """Moves files to where a split's are looked for, numbered in their order.

    Args:
      shards: where there are none, an empty file stands for them.
      folder: of the split; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not shards:
        tf.io.TFRecordWriter(str(folder / _name(0, 1)), "GZIP").close()
    for number, shard in enumerate(shards):
        os.replace(shard.path, folder / _name(number, len(shards)))


def _name(number: int, of: int) -> str:
    return f"data_tfrecord-{number:05}-of-{of:05}.gz"
