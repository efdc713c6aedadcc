"""Makes a change: one write of `models.config`, or two where a version has to be loaded first.

TensorFlow Serving refuses a file that moves a label to a version that is not loaded, and goes on
refusing it. So where a server answers, the first write loads the version, and the label moves when
the server says `AVAILABLE`. Whatever goes wrong until the label has moved, the file gets back what
it said before.

Where no server answers there is nobody to wait for, and one write says it all: a server that starts
takes any labels, with `--allow_version_labels_for_unavailable_models`. A server that reads the file
on another machine would refuse it, if the version is not loaded there: give its address.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from components.errors import InputError
from pipeline.home import Home
from pipeline.releases import interrupted
from pipeline.releases.change_log import LOG, Change, append
from pipeline.releases.model_server import AVAILABLE, ModelServer, NotListening, VersionStatus
from pipeline.releases.models_config import write_release
from pipeline.serving_config.release import CANARY, STABLE, loaded_first
from pipeline.serving_config.render import folder_of

PATIENCE = 120.0
"""Seconds that a server has to load a version, and to move a label."""
_LOOK_SECONDS = 0.1
_READ_AGAIN_SECONDS = 15.0
"""After which a server that polls has surely read the file; TensorFlow Serving does so every 5."""

progress = logging.getLogger("progress")


def make(
    home: Home,
    change: Change,
    server: ModelServer | None,
    patience: float = PATIENCE,
    check: Callable[[], tuple[str, ...]] = tuple,
) -> Change:
    """Changes what is in service, and writes a line into the log. The caller holds the lock.

    Args:
      home: of the task.
      change: from what is in service now.
      server: to wait for; None where none answers.
      patience: seconds for each of loading and labelling.
      check: asks the server once every version is loaded, before a label moves; returns what was
        overridden, or raises.

    Returns:
      The change as it is logged.

    Raises:
      InputError: the server refuses the version, or does not follow in time; all is as before. Or a
        file cannot be written.
    """
    interrupted.begin(home, change)
    try:
        if server:
            first, before = loaded_first(change.before, change.after), _statuses(server)
            if first != change.before:
                write_release(home, first)
            for version in filter(None, _moved(change).values()):
                _wait_until_loaded(server, version, before, patience)
            change = replace(change, overridden=check())
            interrupted.begin(home, change)
        write_release(home, change.after)
        if server:
            _wait_until_labelled(server, _moved(change), patience)
    except BaseException:
        write_release(home, change.before)
        interrupted.end(home)
        raise
    append(folder_of(home) / LOG, change)
    interrupted.end(home)
    return change


def _moved(change: Change) -> dict[str, int | None]:
    """Returns where the labels go that move; what is wrong with others is no reason to wait."""
    before, after = change.before.labels, change.after.labels
    return {
        label: after.get(label)
        for label in (STABLE, CANARY)
        if after.get(label) != before.get(label)
    }


def _wait_until_loaded(
    server: ModelServer, version: int, before: Mapping[int, VersionStatus], patience: float
) -> None:
    """Waits until a version answers.

    Args:
      server: which has read the file, or will.
      version: to be loaded.
      before: statuses from before the file was written. An old refusal may still be shown until the
        server has read the file.
      patience: in seconds.
    """
    progress.info("waiting until version %d is loaded", version)
    began = time.monotonic()
    while True:
        status = _statuses(server).get(version, VersionStatus("unknown"))
        if status.state == AVAILABLE:
            return
        waited = time.monotonic() - began
        if status.refused and (status != before.get(version) or waited > _READ_AGAIN_SECONDS):
            raise InputError(
                f"{server.address} refuses version {version}: {status.error}\nAll is as before."
            )
        if waited > patience:
            raise InputError(
                f"{server.address} has not loaded version {version} within {patience:g} s (it is "
                f"{status.state} there); does it read this models.config?\nAll is as before."
            )
        time.sleep(_LOOK_SECONDS)


def _wait_until_labelled(
    server: ModelServer, moved: Mapping[str, int | None], patience: float
) -> None:
    progress.info("waiting until the labels point there")
    began = time.monotonic()
    for label, wanted in moved.items():
        while (version := _version_of(server, label)) != wanted:
            if time.monotonic() - began > patience:
                raise InputError(
                    f"{server.address} has not followed within {patience:g} s: {label} is "
                    f"{version or 'nothing'} there; does it read this models.config?\n"
                    "All is as before."
                )
            time.sleep(_LOOK_SECONDS)


def _statuses(server: ModelServer) -> dict[int, VersionStatus]:
    try:
        return server.statuses()
    except NotListening:
        # It starts again, and may take its time.
        return {}


def _version_of(server: ModelServer, label: str) -> int | None:
    try:
        return server.version_of(label)
    except NotListening:
        return None
