"""One change of a task's release at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.home import Home
from pipeline.one_process import one_process

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
    busy = f"what serves {home.task} is being changed (process {{process}}); wait for it, or end it"
    with one_process(home.root / _LOCK, busy):
        yield
