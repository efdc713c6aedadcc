"""One change of a task's release at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from components.errors import InputError
from pipeline.home import Home

_LOCK = ".releases.lock"


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Holds a task's `models.config` meanwhile; the system lifts the lock of a process that dies.

    Raises:
      InputError: another process holds it, or the folder cannot be written.
    """
    if not home.root.is_dir():
        # Nothing was pushed, and whoever asks is going to say so.
        yield
        return
    try:
        lock = (home.root / _LOCK).open("a+")
    except OSError as error:
        raise InputError(f"{home.root}: cannot write there: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise InputError(
                f"what serves {home.task} is being changed (process {lock.read().strip()}); wait "
                "for it, or end it"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
