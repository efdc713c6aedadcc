"""Walks through folders of data, which may hold hidden files, links and loops."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from components.errors import InputError

_SYSTEM_FILES = {"__macosx", "desktop.ini", "thumbs.db"}


class Entries(NamedTuple):
    """What lies in a folder, by name."""

    folders: list[os.DirEntry[str]]
    files: list[os.DirEntry[str]]


def entries(folder: str) -> Entries:
    """Returns what lies in a folder, without hidden files and those of operating systems.

    A link counts as what it leads to.

    Raises:
      InputError: the folder cannot be read.
    """
    found = Entries([], [])
    try:
        with os.scandir(folder) as inside:
            for entry in sorted(inside, key=lambda entry: entry.name):
                if entry.name.startswith(".") or entry.name.lower() in _SYSTEM_FILES:
                    continue
                (found.folders if _is_folder(entry) else found.files).append(entry)
    except OSError as error:
        raise InputError(f"data.path: {folder!r} cannot be read: {error.strerror}") from None
    return found


def walk(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yields every file below a folder; follows links, but enters no folder twice.

    Raises:
      InputError: a folder cannot be read.
    """
    pending = [folder]
    entered = set()
    while pending:
        current = pending.pop()
        status = os.stat(current)
        identity = status.st_dev, status.st_ino
        if identity not in entered:
            entered.add(identity)
            inside = entries(current)
            pending.extend(entry.path for entry in reversed(inside.folders))
            yield from inside.files


def is_regular(entry: os.DirEntry[str]) -> bool:
    """Says whether an entry is a file or leads to one: no pipe, device, or broken link."""
    return os.path.isfile(entry.path) if entry.is_symlink() else entry.is_file()


def is_utf8(name: str) -> bool:
    """Says whether a name from the file system was valid UTF-8 there."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    # The entry's own method raises on a link that leads to itself.
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()
