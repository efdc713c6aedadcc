"""Pushes a folder as a numbered version that another program may pick up at any moment.

The files are copied into a hidden sibling and renamed to `<base>/<version>`, so that on a local
disk a version is either absent or whole. TensorFlow Serving looks only at names that are numbers:
it sees neither the hidden folder nor the lock.

Object stores (`gs://`, `s3://`, …) have no such rename and no lock. There the files go straight to
`<base>/<version>`, the file by which readers recognise a model last; a push that dies leaves a
version without that file, and pushing to one base at a time is up to the caller.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

import tensorflow as tf
from tfx.dsl.io import fileio

from components.errors import InputError

INCOMING = ".incoming-"
OUTGOING = ".outgoing-"
LOCK = ".lock"
COPIED_LAST = frozenset({"saved_model.pb", "model.tflite"})
CHUNK = 1 << 20
"""Bytes read at once."""


def push(source: str, base: str, version: str | None = None) -> str:
    """Copies a folder to `<base>/<version>`, whole or not at all.

    A run that was killed after the rename pushes the same files again when it is run again: a
    version that already holds exactly these files is kept instead of doubled. What dead runs left
    half-copied is removed.

    Args:
      source: the folder whose content is pushed.
      base: the folder of all versions; created if missing.
      version: a number; what the base holds under it is replaced. None takes the newest version
        if that has the same content, else the unix time in seconds, or more where that is needed
        to exceed every version there.

    Returns:
      The path `<base>/<version>`.

    Raises:
      InputError: the base cannot be written, or the disk is full.
      ValueError: the source holds no file.
    """
    if not _files(source):
        raise ValueError(f"nothing to push: no file under {source}")
    try:
        fileio.makedirs(base)
        with _lock(base):
            _remove_leftovers(base)
            target = os.path.join(base, version or _next_version(source, base))
            if not _same_content(source, target):
                _publish(source, target)
    except (OSError, tf.errors.OpError) as error:
        raise InputError(f"cannot push to {base}: {error}") from error
    return target


def versions(base: str) -> list[int]:
    """Returns the versions under a base in ascending order; none where the base is missing."""
    if not fileio.exists(base):
        return []
    # Object stores list folders with a slash at the end.
    names = (name.rstrip("/") for name in fileio.listdir(base))
    return sorted(int(name) for name in names if name.isdecimal())


def _next_version(source: str, base: str) -> str:
    present = versions(base)
    if present and _same_content(source, os.path.join(base, str(present[-1]))):
        return str(present[-1])
    return str(max([int(time.time()), *(version + 1 for version in present)]))


def _publish(source: str, target: str) -> None:
    if _is_remote(target):
        if fileio.exists(target):
            fileio.rmtree(target)
        _copy(source, target)
        return
    base, version = os.path.split(target)
    incoming = os.path.join(base, INCOMING + version)
    _copy(source, incoming)
    if fileio.exists(target):
        # A folder cannot be renamed onto a full one: for a moment there is no such version.
        outgoing = os.path.join(base, OUTGOING + version)
        fileio.rename(target, outgoing)
        fileio.rename(incoming, target)
        fileio.rmtree(outgoing)
    else:
        fileio.rename(incoming, target)


def _copy(source: str, target: str) -> None:
    fileio.makedirs(target)
    for file in sorted(_files(source), key=lambda file: os.path.basename(file) in COPIED_LAST):
        copy = os.path.join(target, file)
        fileio.makedirs(os.path.dirname(copy))
        fileio.copy(os.path.join(source, file), copy)


def _same_content(one: str, other: str) -> bool:
    if not fileio.exists(other):
        return False
    files = _files(one)
    return files == _files(other) and all(
        _same_bytes(os.path.join(one, file), os.path.join(other, file)) for file in files
    )


def _files(folder: str) -> list[str]:
    """Returns the paths of all files below a folder, relative to it, sorted."""
    return sorted(
        os.path.relpath(os.path.join(parent, name), folder)
        for parent, _, names in fileio.walk(folder)
        for name in names
    )


def _same_bytes(one: str, other: str) -> bool:
    with fileio.open(one, "rb") as first, fileio.open(other, "rb") as second:
        while chunk := first.read(CHUNK):
            if chunk != second.read(CHUNK):
                return False
        return not second.read(1)


def _remove_leftovers(base: str) -> None:
    for name in fileio.listdir(base):
        if name.startswith((INCOMING, OUTGOING)):
            fileio.rmtree(os.path.join(base, name))


@contextlib.contextmanager
def _lock(base: str) -> Iterator[None]:
    """Keeps other pushes out of a base; the system lifts the lock of a process that dies."""
    if _is_remote(base):
        yield
        return
    with open(os.path.join(base, LOCK), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_remote(path: str) -> bool:
    return "://" in path
