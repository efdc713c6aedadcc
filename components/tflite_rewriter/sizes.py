"""How large a model's files are, as they lie and as they travel."""

import os
import zlib
from collections.abc import Iterator

import tensorflow as tf

_CHUNK = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS
"""What zlib calls the gzip format."""


def sizes(path: str) -> tuple[int, int]:
    """Returns the bytes of a file, or of all files below a folder, and those after gzip."""
    plain = compressed = 0
    for file in _files(path):
        packer = zlib.compressobj(wbits=_GZIP)
        with tf.io.gfile.GFile(file, "rb") as content:
            while chunk := content.read(_CHUNK):
                plain += len(chunk)
                compressed += len(packer.compress(chunk))
        compressed += len(packer.flush())
    return plain, compressed


def _files(path: str) -> Iterator[str]:
    if not tf.io.gfile.isdir(path):
        yield path
        return
    for parent, _, names in tf.io.gfile.walk(path):
        yield from (os.path.join(parent, name) for name in names)
