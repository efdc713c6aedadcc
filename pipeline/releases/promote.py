"""`python -m pipeline promote`: makes a version the one that clients get."""

import logging
from typing import TYPE_CHECKING

from components.errors import InputError
from pipeline.releases.change import PATIENCE, make
from pipeline.releases.change_log import Change
from pipeline.releases.opened import Opened, opened
from pipeline.releases.outcome import say_outcome
from pipeline.releases.pushed import check_version, is_servable, pushed_version
from pipeline.serving_config.release import Release
from pipeline.task import Task

if TYPE_CHECKING:
    from pipeline.releases.live import Seen

progress = logging.getLogger("progress")


def promote(
    task: Task,
    version: int | None = None,
    why: str = "",
    server: str | None = None,
    force: bool = False,
    patience: float = PATIENCE,
) -> None:
    """Makes a version stable; what was stable stays loaded, so that a rollback is immediate.

    Where a server answers, the version has to hold there first: see `live`.

    Args:
      task: whose model is served.
      version: None is the canary.
      why: for the log.
      server: address of REST, `none`, or None for the default one, where a server may run or not.
      force: promotes in spite of what speaks against it, which the log then has.
      patience: seconds that a server has to follow.

    Raises:
      InputError: there is no such version, it does not hold, or the server does not follow; all is
        as before.
      RunFailed: anything else.
    """
    home = task.home
    with opened(home, server) as found:
        number = _number(found, version)
        kept = (found.now.stable,) if is_servable(home, found.now.stable) else ()
        change = Change.now("promote", found.now, Release(number, kept=kept), why)
        lines: list[str] = []

        def check() -> tuple[str, ...]:
            seen = _look(task, found, number)
            lines.extend(seen.lines)
            if seen.faults and not force:
                faults = "".join(f"\n  {fault}" for fault in seen.faults)
                raise InputError(
                    f"version {number} is not promoted:{faults}\n"
                    "All is as before; --force promotes it nevertheless."
                )
            lines.extend(f"forced   although {fault}" for fault in seen.faults)
            return tuple(seen.faults)

        def work() -> Change:
            return make(home, change, found.server, patience, check)

        made = found.do("promote", work)
        say_outcome(made, found, lines or ["live     nothing was looked at"])


def _number(found: Opened, version: int | None) -> int:
    number = found.now.canary if version is None else version
    if number is None:
        raise InputError(
            f"no version has the label canary: `python -m pipeline canary {found.home.task}` gives "
            f"it to the newest; or name a version: promote {found.home.task} VERSION"
        )
    if number == found.now.stable:
        raise InputError(f"version {number} is stable already")
    check_version(found.home, number)
    return number


def _look(task: Task, found: Opened, number: int) -> "Seen":
    # TensorFlow takes seconds to import; a mistake in the input is found before.
    from pipeline.releases.live import look
    from pipeline.releases.probes import probes_of

    assert found.server
    progress.info("asking %d and %d the same", number, found.now.stable)
    candidate = pushed_version(found.home, number)
    return look(
        found.server,
        task.name,
        candidate,
        found.now.stable,
        probes_of(candidate),
        task.serving.max_error_share,
    )
