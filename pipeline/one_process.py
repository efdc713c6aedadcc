"""Lets one process at a time do something to a task."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.errors import InputError


@contextmanager
def one_process(lock: Path, busy: str, check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Holds a lock meanwhile, which the system lifts if the process dies.

    Args:
      lock: a file in a folder that is there, or can be made; it names the process.
      busy: what to say where another process holds it, with `{process}` in the place of its number.
      check: called once the lock is held, before the process is named.

    Raises:
      InputError: another process holds it, the folder cannot be written, or `check` raises one.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("a+")
    except OSError as error:
        raise InputError(f"{lock.parent}: cannot write there: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise InputError(busy.replace("{process}", file.read().strip())) from None
        check()
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
