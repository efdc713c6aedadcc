"""A fingerprint of the input's files, for the key of TFX's cache."""

import hashlib
import os
from collections.abc import Iterable

from components.errors import InputError
from components.example_gen.files import Layout

READ_BYTES = 256 * 2**20
"""Up to this size together the files are read, which takes about a second."""


def fingerprint(layout: Layout) -> str:
    """Returns a text that changes whenever the name or the content of an input file does.

    Small inputs are read, so that a fresh copy of the same data has the same fingerprint. Of
    larger ones the sizes and times of change are taken: the time of the last change of content or
    attributes (ctime) cannot be set back, as the time of modification can.

    Raises:
      InputError: a file cannot be read.
    """
    paths = [os.path.join(layout.root, file.source) for file in layout.files]
    sources = [file.source for file in layout.files]
    try:
        states = [os.stat(path) for path in paths]
        if sum(state.st_size for state in states) <= READ_BYTES:
            contents = (_content(path) for path in paths)
            return f"content-{_digest(sources, contents)}"
        times = (f"{s.st_size} {s.st_mtime_ns} {s.st_ctime_ns}".encode() for s in states)
        return f"times-{_digest(sources, times)}"
    except OSError as error:
        raise InputError(f"{error.filename} cannot be read: {error.strerror}") from None


def _digest(sources: Iterable[str], states: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for source, state in zip(sources, states, strict=True):
        # Lengths first, so that no other list of names and contents makes the same bytes.
        name = source.encode()
        digest.update(b"%d %d " % (len(name), len(state)))
        digest.update(name)
        digest.update(state)
    return digest.hexdigest()[:32]


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()
