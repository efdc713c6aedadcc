"""The checksum by which an archive is known."""

import hashlib
from pathlib import Path


def md5_of(path: Path) -> str:
    """Returns the MD5 digest of a file as hexadecimal digits.

    MD5 is what is published for these archives; it finds damage, not malice.

    Raises:
      OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
