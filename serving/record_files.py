"""TFRecord files that grow, appear whole, and take no more than their share of the disk.

    <prefix>-20260801T093000.000000Z-5f0c9a1e.tfrecord

What has come since a file was begun is held in memory, and the file is written anew with every
flush, aside, and then put in the place of the shorter one. So a reader never sees half a record,
nothing is open in between, and a process that is killed loses what came since the last flush.
"""

import datetime
import os
import re
import uuid
from pathlib import Path

import tensorflow as tf

_MOST_BYTES = 4 << 20
"""Of a file; then the next is begun."""
_PARTS = 4
"""A file is at most one of so many parts of the limit: there are always older ones to remove."""
_FRAME_BYTES = 16
"""Around each record."""
_TIME_AND_ID = r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}\.tfrecord"


class RecordFiles:
    """The files of one prefix; also those of servers before this one, and beside it."""

    def __init__(self, prefix: str, max_bytes: int) -> None:
        """Takes what the files' paths begin with, and the limit of all of them together."""
        folder, name = os.path.split(prefix)
        self._folder, self._name = Path(folder), f"{name}-" if name else ""
        self._max_bytes = max_bytes
        self._begin()

    def takes(self, record: bytes) -> bool:
        """Whether a record is small enough to be kept at all."""
        return len(record) + _FRAME_BYTES <= self._max_bytes // _PARTS

    def has_room(self, record: bytes) -> bool:
        """Whether the file that was begun can take a record; else `add` begins the next."""
        most = min(_MOST_BYTES, self._max_bytes // _PARTS)
        return not self._records or self._size + len(record) + _FRAME_BYTES <= most

    def add(self, record: bytes) -> None:
        """Adds a record, which `flush` will write; what the file before had must be written."""
        if not self.has_room(record):
            self._begin()
        self._records.append(record)
        self._size += len(record) + _FRAME_BYTES

    def flush(self) -> None:
        """Writes what is not on the disk yet.

        Raises:
          OSError, tf.errors.OpError: it cannot be written, and is given up.
        """
        if self._written == len(self._records):
            return
        target = self._folder / self._file
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # For a moment the file is there twice.
            self._make_room(2 * self._size, target)
            self._write(target)
            self._written = len(self._records)
        finally:
            given_up = self._records[self._written :]
            self._size -= sum(len(record) + _FRAME_BYTES for record in given_up)
            del self._records[self._written :]

    def _write(self, target: Path) -> None:
        aside = target.with_name(f".{target.name}.part")
        try:
            with tf.io.TFRecordWriter(str(aside)) as writer:
                for record in self._records:
                    writer.write(record)
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._records: list[bytes] = []
        self._size = self._written = 0
        time = datetime.datetime.now(datetime.UTC)
        self._file = f"{self._name}{time:%Y%m%dT%H%M%S.%fZ}-{uuid.uuid4().hex[:8]}.tfrecord"

    def _make_room(self, needed: int, target: Path) -> None:
        """Removes the oldest files, by the time in their names, until there is room."""
        of_prefix = re.compile(rf"\.?{re.escape(self._name)}{_TIME_AND_ID}(\.part)?")
        sizes = {}
        for path in sorted(self._folder.iterdir(), key=lambda path: path.name.lstrip(".")):
            if of_prefix.fullmatch(path.name) and path != target:
                try:
                    sizes[path] = path.stat().st_size
                except FileNotFoundError:
                    continue  # Another server has removed it.
        total = sum(sizes.values())
        for path, size in sizes.items():
            if total + needed <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size
