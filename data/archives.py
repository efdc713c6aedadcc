"""Tar archives, read as the untrusted input that they are.

Nothing is unpacked under a name that the archive chose: files are read one after the other, and
whoever asked for them decides what to write where. An archive with a member that no data set has
any use for (an absolute path, `..`, a link, a device, a sparse file) is refused as a whole.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from data.errors import DataError

# Several times what either original holds.
MAX_BYTES = 2**30

_CHUNK = 2**16

_DECOMPRESSORS: dict[bytes, Callable[[BinaryIO], BinaryIO]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\0": lzma.open,
    b"BZh": bz2.open,
}


def files(archive: Path, max_bytes: int = MAX_BYTES) -> Iterator[tuple[str, bytes]]:
    """Yields name and content of every file, in the archive's order.

    Args:
      archive: a tar file, plain or compressed by gzip, xz or bzip2, whatever it is called.
      max_bytes: of all that comes out of the decompressor.

    Raises:
      DataError: the archive cannot be read, is damaged, unpacks to more than `max_bytes`, or has
        a member that is refused.
    """
    try:
        with archive.open("rb") as file:
            stream = _Bounded(_decompressed(file), archive, max_bytes)
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                for member in tar:
                    _check(member, archive)
                    if member.isreg():
                        yield member.name.removeprefix("./"), _content(tar, member)
            # tarfile takes a broken header for the end; the checksum of what was compressed tells.
            while stream.read(_CHUNK):
                pass
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise DataError(f"{archive}: cannot be read as a tar archive: {error}") from None


class _Bounded(io.RawIOBase):
    """Ends a stream with an error where it is longer than it may be."""

    def __init__(self, stream: BinaryIO, archive: Path, limit: int) -> None:
        self._stream, self._archive, self._limit = stream, archive, limit

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._limit -= len(chunk)
        if self._limit < 0:
            raise DataError(
                f"{self._archive}: unpacks to more than any data set has; it was not read further"
            )
        return chunk


def _decompressed(file: BinaryIO) -> BinaryIO:
    head = file.read(6)
    file.seek(0)
    for magic, decompressor in _DECOMPRESSORS.items():
        if head.startswith(magic):
            return decompressor(file)
    return file


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def _check(member: tarfile.TarInfo, archive: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name:
        reason = "its path leads out of the archive"
    elif member.issparse() or not (member.isreg() or member.isdir()):
        reason = "it is neither a plain file nor a folder"
    else:
        return
    raise DataError(f"{archive}: refused because of {member.name!r}: {reason}")
