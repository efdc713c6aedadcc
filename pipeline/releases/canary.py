"""`python -m pipeline canary`: lets clients ask for a new version before all of them get it."""

from dataclasses import replace

from components.errors import InputError
from pipeline.releases.change import PATIENCE, make
from pipeline.releases.change_log import Change
from pipeline.releases.opened import Opened, opened
from pipeline.releases.outcome import say_outcome
from pipeline.releases.pushed import check_version, present_versions
from pipeline.serving_config.release import Release
from pipeline.task import Task


def canary(
    task: Task,
    version: int | None = None,
    off: bool = False,
    why: str = "",
    server: str | None = None,
    patience: float = PATIENCE,
) -> None:
    """Gives a version the label canary, or takes the label away.

    Args:
      task: whose model is served.
      version: None is the newest.
      off: whether to take it away.
      why: for the log.
      server: address of REST, `none`, or None for the default one, where a server may run or not.
      patience: seconds that a server has to follow.

    Raises:
      InputError: there is no such version or label, or the server does not follow; all is
        as before.
      RunFailed: anything else.
    """
    if off and version is not None:
        raise InputError(f"--off takes the label away; it goes without a version ({version})")
    with opened(task.home, server) as found:
        after = _without(found.now) if off else _with(found, version)
        change = Change.now("canary off" if off else "canary", found.now, after, why)
        made = found.do("canary", lambda: make(found.home, change, found.server, patience))
        say_outcome(made, found)


def _without(now: Release) -> Release:
    if now.canary is None:
        raise InputError("no version has the label canary")
    return replace(now, canary=None)


def _with(found: Opened, version: int | None) -> Release:
    now, present = found.now, present_versions(found.home)
    number = max(present, default=now.stable) if version is None else version
    if number == now.stable:
        which = "the newest version" if version is None else "version"
        raise InputError(f"{which} {number} is stable already; name another: canary TASK VERSION")
    if number == now.canary:
        raise InputError(f"version {number} is canary already")
    check_version(found.home, number)
    return Release(now.stable, number, tuple(each for each in now.kept if each != number))
