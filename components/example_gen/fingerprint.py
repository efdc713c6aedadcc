"""A fingerprint of the input's files, for the key of TFX's cache."""

import hashlib
import os
from collections.abc import Iterator

from components.errors import InputError
from components.example_gen.files import Layout

READ_BYTES, READ_FILES = 256 * 2**20, 100_000
"""Up to this size together, and this number, the files are read, which takes a few seconds."""


def fingerprint(layout: Layout) -> str:
    """Returns a text that changes whenever the name or the content of an input file does.

    Small inputs are read, so that a fresh copy of the same data has the same fingerprint. Of
    larger ones the sizes and times of change are taken: the time of the last change of content or
    attributes (ctime) cannot be set back, as the time of modification can.

    Raises:
      InputError: a file cannot be read.
    """
    size, times = 0, _Digest()
    try:
        for source, path in _paths(layout):
            state = os.stat(path)
            size += state.st_size
            times.add(source, f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns}".encode())
        if size > READ_BYTES or len(layout.files) > READ_FILES:
            return f"times-{times}"
        contents = _Digest()
        for source, path in _paths(layout):
            contents.add(source, _content(path))
        return f"content-{contents}"
    except OSError as error:
        raise InputError(f"{error.filename} cannot be read: {error.strerror}") from None


class _Digest:
    """Of names, each with what is known of its file."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, source: str, known: bytes) -> None:
        # Lengths first, so that no other list of names and contents makes the same bytes.
        name = source.encode()
        self._digest.update(b"%d %d " % (len(name), len(known)))
        self._digest.update(name)
        self._digest.update(known)

    def __str__(self) -> str:
        return self._digest.hexdigest()[:32]


def _paths(layout: Layout) -> Iterator[tuple[str, str]]:
    """Yields the sources and paths, one by one: there may be millions."""
    for file in layout.files:
        yield file.source, os.path.join(layout.root, file.source)


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()
