"""What a layout is made of."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from components.example_gen.set_aside import SetAside

IMAGE_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
TEXT_SUFFIXES = (".txt",)
TABLE_SUFFIXES = (".csv", ".jsonl", ".ndjson", ".tsv")


class File(NamedTuple):
    """One input file: an example of a class, or a table of examples."""

    source: str
    """Path below the layout's root, with forward slashes."""
    split: str | None
    """Ready-made split; None where the content decides."""
    label: str | None
    """Class; None for a table."""


class Layout(NamedTuple):
    """Where the examples of one span lie."""

    root: str
    """The folder that sources are relative to."""
    tables: bool
    """Whether the files are tables, else they are examples in folders of classes."""
    span: int
    """0 where there are no folders of spans."""
    splits: tuple[str, ...]
    """Ready-made splits, train first; empty where the content decides."""
    files: tuple[File, ...]
    """Sorted by source."""
    ignored: Mapping[str, int]
    """Files that are no examples: how many of which suffix."""


def read_bytes(root: str, file: File) -> bytes:
    """Returns a file's content.

    Raises:
      SetAside: it cannot be read.
    """
    try:
        with open(os.path.join(root, file.source), "rb", buffering=0) as opened:
            return opened.read()
    except OSError as error:
        raise SetAside(f"cannot be read: {error.strerror}") from None
