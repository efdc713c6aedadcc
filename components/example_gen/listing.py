"""The list of the input's files on disk, which workers read in parts.

In the Beam pipeline itself, a million names would be copied over and over on their way to them.
"""

import json
from array import array
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from components.example_gen.files import File, Layout
from components.example_gen.splits import content_digest

_FILES_A_BATCH = 64


class Batch(NamedTuple):
    """Where a listing names some files that are read together."""

    start: int
    """Byte of the listing."""
    size: int
    """In bytes."""


def write_listing(layout: Layout, path: str) -> list[Batch]:
    """Writes the files of a layout in a fixed random order, those of a ready-made split together.

    Random, so that the records of a split are not sorted by class.

    Args:
      layout: whose files.
      path: of the listing.

    Returns:
      Batches that cover it, each of files of one split; of tables each has one.
    """
    files, size = layout.files, 1 if layout.tables else _FILES_A_BATCH
    places = array("Q", (_place(file) for file in files))
    order = np.argsort(np.frombuffer(places, np.uint64), kind="stable")
    batches, written = [], 0
    with open(path, "wb") as listing:
        for split in layout.splits or (None,):
            of_split = (file for file in map(files.__getitem__, order) if file.split == split)
            while lines := [f"{json.dumps(file)}\n" for file in islice(of_split, size)]:
                batches.append(Batch(written, listing.write("".join(lines).encode())))
                written += batches[-1].size
    return batches


def read_batch(path: str, batch: Batch) -> Iterator[File]:
    """Yields the files of a batch.

    Args:
      path: of the listing.
      batch: as `write_listing` returned it.
    """
    with open(path, "rb") as listing:
        listing.seek(batch.start)
        lines = listing.read(batch.size).splitlines()
    return (File(*json.loads(line)) for line in lines)


def _place(file: File) -> int:
    return int.from_bytes(content_digest(file.source.encode())[:8], "big")
