"""Brings rows into a fixed random order, of which a part is in memory at a time.

Beam has no order of its own to offer: its Reshuffle keeps that of the rows in one process, and a
GroupByKey of rows holds all of them where no engine spills them to disk. So they are dealt out to
files by their digests, and one file after the other is sorted.
"""

import itertools
import os
import pickle
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from components.example_gen.splits import content_digest

_PARTS = 64


class Shuffle(beam.PTransform):
    """Orders rows by their digests: within a part of them, whose parts come in any order."""

    def __init__(self, folder: str) -> None:
        """Takes a folder for what is under way, which every worker reaches; the caller's to remove.

        Args:
          folder: need not exist.
        """
        super().__init__()
        self._folder = folder

    def expand(self, rows: PCollection[bytes]) -> PCollection[bytes]:
        """See PTransform."""
        return (
            rows
            | "Deal out" >> beam.ParDo(_DealOut(self._folder))
            | "Group" >> beam.GroupByKey()
            | "Sort" >> beam.FlatMap(_sorted_rows)
        )


class _DealOut(beam.DoFn):
    """Writes the rows of a bundle to a file a part; sends on what the files are called.

    Each try of a bundle has files of its own, so those of a try that failed are never read.
    """

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def start_bundle(self) -> None:
        self._name = uuid.uuid4().hex
        self._opened = ExitStack()
        self._files: dict[int, BinaryIO] = {}

    def process(self, row: bytes) -> None:
        part = content_digest(row)[0] % _PARTS
        if part not in self._files:
            os.makedirs(os.path.dirname(self._path(part)), exist_ok=True)
            opened = open(self._path(part), "wb")  # noqa: SIM115
            self._files[part] = self._opened.enter_context(opened)
        pickle.dump(row, self._files[part])

    def finish_bundle(self) -> Iterator[WindowedValue]:
        self._opened.close()
        for part in self._files:
            yield GlobalWindows.windowed_value((part, self._path(part)))

    def _path(self, part: int) -> str:
        return os.path.join(self._folder, f"{part:02}", self._name)


def _sorted_rows(part: tuple[int, Iterable[str]]) -> list[bytes]:
    rows = itertools.chain.from_iterable(_read(path) for path in part[1])
    # Of equal rows each stays.
    return sorted(rows, key=content_digest)


def _read(path: str) -> Iterator[bytes]:
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        while file.tell() < size:
            yield pickle.load(file)
