"""Makes a task's place ready before a run: its data, its folders, its lock, its metadata."""

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from components.errors import InputError
from data.errors import DataError
from pipeline.home import Home, data_path
from pipeline.one_process import one_process
from pipeline.task import Task

MIN_FREE_BYTES = 200 * 2**20


def make_data(task: Task) -> None:
    """Lets the task's `source` write its data, where they do not exist yet.

    Raises:
      InputError: it cannot, and says why.
    """
    path = data_path(task.data.path)
    if task.data.source and not path.exists():
        module, function = task.data.source.split(":")
        try:
            getattr(importlib.import_module(module), function)(path)
        except (DataError, OSError) as error:
            raise InputError(f"data.path = {task.data.path!r}: {error}") from None


@contextmanager
def claimed(home: Home) -> Iterator[None]:
    """Holds the task's place for one run.

    Raises:
      InputError: the folder cannot be written or is full, another run of the task is going on,
        or ML Metadata is held by something else, or away.
    """

    def check() -> None:
        _check_space(home)
        home.metadata.check()

    busy = f"another run of {home.task} is going on (process {{process}}); wait for it, or end it"
    with one_process(home.lock, busy, check):
        yield


@contextmanager
def temporary_files_removed() -> Iterator[None]:
    """Removes in the end what TensorFlow, Beam and TFX leave in the system's temporary folder."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as folder:
        # For this process, which may have looked already, and for those that it starts.
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            tempfile.tempdir = None
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before


def _check_space(home: Home) -> None:
    free = shutil.disk_usage(home.root).free
    if free < MIN_FREE_BYTES:
        raise InputError(
            f"{home.root}: only {free / 2**20:.0f} MiB are free; a run needs at least "
            f"{MIN_FREE_BYTES / 2**20:.0f} MiB"
        )
