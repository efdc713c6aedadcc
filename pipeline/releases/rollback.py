"""`python -m pipeline rollback`: brings a version back, and shows that it is the one."""

from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from pipeline.execute import RunFailed
from pipeline.releases.change import PATIENCE, make
from pipeline.releases.change_log import LOG, Change, read, stable_before
from pipeline.releases.opened import Opened, opened
from pipeline.releases.outcome import say_outcome
from pipeline.releases.proof import Proof, prove
from pipeline.releases.pushed import check_version, is_servable, pushed_version
from pipeline.serving_config.release import Release
from pipeline.serving_config.render import folder_of
from pipeline.task import Task


def rollback(
    task: Task,
    version: int | None = None,
    why: str = "",
    server: str | None = None,
    patience: float = PATIENCE,
) -> None:
    """Makes an earlier version stable again, and compares its answers with the archived version's.

    Args:
      task: whose model is served.
      version: None is what was stable before, by the log.
      why: for the log.
      server: address of REST, `none`, or None for the default one, where a server may run or not.
      patience: seconds that a server has to follow.

    Raises:
      InputError: there is no such version, or the server does not follow; all is as before.
      RunFailed: the version is stable again, but what is in service is not what was archived; or
        anything else.
    """
    home = task.home
    with opened(home, server) as found:
        change = Change.now("rollback", found.now, _after(found, version), why)

        def work() -> Change:
            return make(home, change, found.server, patience)

        made = found.do("rollback", work)
        say_outcome(made, found)
        proof = _proof(found, change.after.stable)
    if proof.holds is False:
        raise RunFailed(
            f"what is stable now is not version {change.after.stable}: {proof.sentence}"
        )
    Console(highlight=False, soft_wrap=True).print(f"proof    {escape(proof.sentence)}")


def _proof(found: Opened, number: int) -> Proof:
    try:
        version = pushed_version(found.home, number)
    except InputError as error:
        # No reason to stay with a version that somebody wants to be rid of.
        return Proof(None, f"none: {error}")
    return found.do("proof", lambda: prove(version, found.server))


def _after(found: Opened, version: int | None) -> Release:
    home, now = found.home, found.now
    target = _stable_before(found) if version is None else version
    if target == now.stable:
        raise InputError(f"version {target} is stable already")
    check_version(home, target)
    canary = now.canary if now.canary != target else None
    if canary is not None and not is_servable(home, canary):
        canary = None
    return Release(target, canary, (now.stable,) if is_servable(home, now.stable) else ())


def _stable_before(found: Opened) -> int:
    log = folder_of(found.home) / LOG
    before = stable_before(read(log), found.now.stable)
    if before is None:
        raise InputError(
            f"{log} knows of nothing that was stable before {found.now.stable}; name a version: "
            f"rollback {found.home.task} VERSION"
        )
    return before
