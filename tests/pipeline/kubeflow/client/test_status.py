"""Status shows the schedule, its next times and the last runs, on a wide terminal and a narrow."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from pipeline.kubeflow.client.schedule import schedule
from pipeline.kubeflow.client.status import status
from pipeline.kubeflow.client.submit import submit
from pipeline.kubeflow.client.wanted import wanted

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def show(kfp, connect):
    """Returns a function from a width to what is shown."""

    def show(width=100):
        stream = io.StringIO()
        console = Console(file=stream, width=width, highlight=False, soft_wrap=True)
        status(connect(), "digits", UTC, console, clock=lambda: kfp.now)
        return stream.getvalue()

    return show


@pytest.fixture
def make(kfp, connect, work, say):
    """Returns a function that makes a schedule."""

    def make(cron="0 * * * *", content="one", **options):
        when = wanted(cron, None, now=NOW, **options)
        schedule(connect(), work(content), when, say, clock=lambda: kfp.now)

    return make


def test_of_a_task_that_kfp_does_not_know_it_says_so(show):
    assert show() == "digits: KFP has nothing of it; `kubeflow submit` starts a run\n"


def test_it_shows_the_schedule_its_times_and_the_runs(kfp, connect, work, say, make, show):
    submit(connect(), work(), say, "by hand")
    kfp.advance(minutes=1)
    kfp.end_runs()
    next(iter(kfp.runs.values())).update(
        state="FAILED", finished_at=(kfp.now + timedelta(minutes=2)).isoformat()
    )
    make()
    kfp.keeps_runs_going = True
    kfp.advance(hours=1)
    (found,) = kfp.recurring.values()
    (version,) = kfp.versions.values()
    (experiment,) = kfp.experiments
    assert [line.rstrip() for line in show().splitlines()] == [
        "schedule 0 0 * * * *",
        f"version  {version['display_name']}",
        f"         {kfp.url}/#/recurringrun/details/{found['recurring_run_id']}",
        "next     Tue 2030-01-01 14:00:00 UTC",
        "         Tue 2030-01-01 15:00:00 UTC",
        "         Tue 2030-01-01 16:00:00 UTC",
        "",
        "run       state    started (UTC)     took       by",
        "digits-1  running  2030-01-01 13:00  1m so far  schedule",
        "by hand   failed   2030-01-01 12:00  3m         submit",
        "",
        f"page     {kfp.url}/#/experiments/details/{experiment}",
    ]


def test_it_shows_the_newest_ten_runs_of_more_than_a_page(kfp, make, show):
    make()
    kfp.advance(hours=13)
    assert "digits-12 " in show() and "digits-3 " in show()
    assert "digits-2 " not in show()


def test_on_a_narrow_terminal_each_run_is_a_paragraph(kfp, make, show):
    make()
    kfp.advance(hours=1)
    narrow = show(width=40)
    assert "run            digits-0\nstate          succeeded\n" in narrow


def test_it_tells_what_is_out_of_order(kfp, make, show):
    make(paused=True)
    assert "schedule 0 0 * * * *, paused" in show()
    assert "next     none: it is paused" in show()
    assert "runs     none yet" in show()
    make(catch_up=True)
    assert "schedule 0 0 * * * *, catches up" in show()
    (mine,) = kfp.recurring.values()
    strange = {"trigger": {"cron_schedule": {"cron": "0 2 * * * L"}}}
    kfp.recurring["two"] = {**mine, "recurring_run_id": "two"}
    assert "2 schedules are enabled; `kubeflow schedule` mends that" in show()
    kfp.versions.clear()
    assert "version  deleted: every run will fail" in show()
    mine.update(strange, status="DISABLED")
    del kfp.recurring["two"]
    kfp._start_due = lambda: None
    assert "schedule of another kind, paused" in show()


def test_runs_of_a_schedule_that_was_replaced_are_told_apart(kfp, make, show):
    make()
    kfp.advance(hours=1)
    make(content="two")
    kfp.advance(hours=1)
    lines = [line.rstrip() for line in show().splitlines()]
    assert [line for line in lines if line.endswith(" schedule")] == [
        "digits-1  succeeded  2030-01-01 14:00  –     schedule",
        "digits-0  succeeded  2030-01-01 13:00  –     earlier schedule",
    ]


def test_without_a_schedule_it_says_so(connect, work, say, show):
    submit(connect(), work(), say)
    assert show().startswith("schedule none\n")
