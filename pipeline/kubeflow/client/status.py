"""What KFP has of a task: its schedule, and its last runs."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from pipeline.kubeflow.client.errors import Refused
from pipeline.kubeflow.client.experiment import experiment_page
from pipeline.kubeflow.client.recurring_runs import (
    ENDED,
    Ours,
    is_enabled,
    recurring_run_page,
    trigger_of,
)
from pipeline.kubeflow.client.schedule import now_utc, tell_next
from pipeline.kubeflow.client.server import Server
from pipeline.kubeflow.client.submit import Say
from pipeline.kubeflow.client.trigger import interval_words
from pipeline.table import table

if TYPE_CHECKING:
    from kfp_server_api import V2beta1RecurringRun, V2beta1Run

RUNS = 10
_HEADINGS = ("run", "state", "started (UTC)", "took", "by")


def status(
    server: Server,
    name: str,
    zone: tzinfo,
    console: Console,
    clock: Callable[[], datetime] = now_utc,
) -> None:
    """Prints a task's schedule with its next times, and its last runs.

    Args:
      server: to ask.
      name: of the task.
      zone: the server's.
      console: to print on.
      clock: the time.

    Raises:
      InputError: the server did not answer.
    """
    experiment = server.experiment(name)
    if experiment is None:
        console.print(f"{escape(name)}: KFP has nothing of it; `kubeflow submit` starts a run")
        return

    def say(line: str) -> None:
        console.print(escape(line))

    ours = Ours.of(server, experiment.experiment_id, name)
    _tell_schedule(ours, zone, say, clock())
    console.print()
    runs = list(islice(server.runs(experiment.experiment_id), RUNS))
    if runs:
        scheduled = {each.recurring_run_id for each in ours.all}
        rows = [_row(run, scheduled, clock()) for run in runs]
        console.print(table(_HEADINGS, rows, console), soft_wrap=False)
        console.print()
    else:
        console.print("runs     none yet")
    console.print(f"page     {experiment_page(server, experiment.experiment_id)}")


def _tell_schedule(ours: Ours, zone: tzinfo, say: Say, now: datetime) -> None:
    if not ours.all:
        say("schedule none")
    if len(ours.enabled) > 1:
        say(f"note     {len(ours.enabled)} schedules are enabled; `kubeflow schedule` mends that")
    shown = ours.enabled or ours.all[:1]
    for each in shown:
        trigger = trigger_of(each)
        state = "" if is_enabled(each) else ", paused"
        catch_up = "" if each.no_catchup else ", catches up"
        say(f"schedule {trigger.words if trigger else 'of another kind'}{state}{catch_up}")
        say(f"version  {_version(ours.server, each)}")
        say(f"         {recurring_run_page(ours.server, each.recurring_run_id)}")
        if trigger:
            tell_next(trigger, zone, now, each.created_at, say, not is_enabled(each))


def _version(server: Server, recurring_run: "V2beta1RecurringRun") -> str:
    source = recurring_run.pipeline_version_reference
    if not source or not source.pipeline_version_id:
        return "the newest at each time"
    try:
        found = server.version_by_id(source.pipeline_id, source.pipeline_version_id)
    except Refused as error:
        if error.status != 404:
            raise
        return "deleted: every run will fail; `kubeflow schedule` uploads it again"
    return found.display_name


def _row(run: "V2beta1Run", scheduled: set[str], now: datetime) -> list[str]:
    ended = run.state in ENDED
    until = run.finished_at if ended else now
    seconds = (until - run.created_at).total_seconds() if until and run.created_at else 0
    by = "schedule" if run.recurring_run_id in scheduled else "earlier schedule"
    return [
        run.display_name,
        (run.state or "unknown").lower(),
        f"{run.created_at.astimezone(UTC):%Y-%m-%d %H:%M}" if run.created_at else "–",
        interval_words(round(seconds)) + ("" if ended else " so far") if seconds >= 1 else "–",
        by if run.recurring_run_id else "submit",
    ]
