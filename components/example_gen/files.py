"""What a layout is made of."""

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, overload

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


class Files(Sequence[File]):
    """Files in the order they were added, in 40 bytes each: there may be millions."""

    def __init__(self, files: Iterable[File] = ()) -> None:
        self._sources = bytearray()
        self._ends = array("Q")
        self._places: dict[tuple[str | None, str | None], int] = {}
        self._of = array("L")
        self._groups: list[tuple[str | None, str | None]] = []
        for file in files:
            self.add(file)

    def add(self, file: File) -> None:
        """Adds a file behind the others."""
        self._sources += os.fsencode(file.source)
        self._ends.append(len(self._sources))
        group = file.split, file.label
        place = self._places.setdefault(group, len(self._groups))
        if place == len(self._groups):
            self._groups.append(group)
        self._of.append(place)

    @property
    def groups(self) -> Sequence[tuple[str | None, str | None]]:
        """Every pair of a split and a label that a file has."""
        return self._groups

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> File: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[File]: ...

    def __getitem__(self, place: int | slice) -> File | Sequence[File]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        start = self._ends[place - 1] if place % len(self) else 0
        source = os.fsdecode(bytes(self._sources[start : self._ends[place]]))
        return File(source, *self._groups[self._of[place]])

    def __iter__(self) -> Iterator[File]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None


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
    files: Sequence[File]
    """In an order that their names alone decide."""
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
