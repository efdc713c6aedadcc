"""A task has one recurring run, as wanted; changing it leaves no gap, and doubles no time."""

from datetime import UTC, datetime, timedelta

import pytest

from components.errors import InputError
from pipeline.kubeflow.client.errors import Refused, Unanswered
from pipeline.kubeflow.client.schedule import Wanted, schedule, unschedule
from pipeline.kubeflow.client.server import Server
from pipeline.kubeflow.client.wanted import wanted

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def each_hour(**options):
    return wanted("0 * * * *", None, now=NOW, **options)


def each_night(**options):
    return wanted("0 2 * * *", None, now=NOW, **options)


class Killed(BaseException):
    """The process ends."""


@pytest.fixture
def make(kfp, connect, work, say):
    """Returns a function that makes a schedule."""

    def make(when: Wanted, content="one", **options):
        schedule(connect(), work(content, **options), when, say, clock=lambda: kfp.now)

    return make


@pytest.fixture
def killed_at(monkeypatch):
    """Returns a function that ends the process at its nth request, before or after it is done."""

    def arm(number, after):
        original, left = Server._call, iter(range(number))

        def call(self, *given, **options):
            if next(left, None) is not None:
                return original(self, *given, **options)
            if after:
                original(self, *given, **options)
            raise Killed

        monkeypatch.setattr(Server, "_call", call)

    return arm


def test_a_schedule_is_made_with_one_run_at_a_time_and_without_catching_up(kfp, make, lines):
    make(each_night(), service_account="trainer")
    (found,) = kfp.recurring.values()
    (version,) = kfp.versions.values()
    assert found["trigger"] == {"cron_schedule": {"cron": "0 0 2 * * *"}}
    assert (found["max_concurrency"], found["no_catchup"], found["status"]) == (
        "1",
        True,
        "ENABLED",
    )
    assert found["runtime_config"] == {"pipeline_root": "s3://bucket/runs"}
    assert found["service_account"] == "trainer"
    assert found["pipeline_version_reference"] == {
        "pipeline_id": version["pipeline_id"],
        "pipeline_version_id": version["pipeline_version_id"],
    }
    assert found["description"] == ("0 2 * * * (UTC) is, for KFP, seconds first: 0 0 2 * * * (UTC)")
    assert lines[1:] == [
        "schedule 0 0 2 * * *: made",
        f"         {kfp.url}/#/recurringrun/details/{found['recurring_run_id']}",
        "next     Wed 2030-01-02 02:00:00 UTC",
        "         Thu 2030-01-03 02:00:00 UTC",
        "         Fri 2030-01-04 02:00:00 UTC",
    ]


def test_the_options_arrive(kfp, make):
    make(
        wanted(
            None,
            "6h",
            time_zone="Asia/Tokyo",
            start="2030-02-01",
            end="2030-03-01T12:00Z",
            catch_up=True,
            now=NOW,
        )
    )
    (found,) = kfp.recurring.values()
    (trigger,) = found["trigger"].values()
    assert trigger["interval_second"] == "21600"
    assert datetime.fromisoformat(trigger["start_time"]) == datetime(2030, 1, 31, 15, tzinfo=UTC)
    assert datetime.fromisoformat(trigger["end_time"]) == datetime(2030, 3, 1, 12, tzinfo=UTC)
    assert found["no_catchup"] is False


@pytest.mark.parametrize(
    "when",
    [
        each_night(),
        each_night(start="2030-02-01", end="2031-01-01"),
        each_night(start="2029-02-01"),
        each_night(start="2029-02-01", catch_up=True),
        each_night(paused=True),
        wanted(None, "6h", now=NOW),
        wanted("0 2 * * *", None, time_zone="Asia/Kolkata", now=NOW),
    ],
)
def test_the_same_again_changes_nothing_and_says_so(kfp, make, lines, when):
    make(when)
    before = dict(kfp.recurring)
    kfp.requests.clear()
    kfp.advance(minutes=5)
    make(when)
    assert kfp.recurring == before
    assert kfp.changes() == []
    assert any(line.endswith(": there already, nothing to change") for line in lines)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"when": each_hour()}),
        ({}, {"when": wanted(None, "6h", now=NOW)}),
        ({}, {"content": "two"}),
        ({}, {"root": "s3://bucket/other"}),
        ({}, {"service_account": "trainer"}),
        ({}, {"when": each_night(catch_up=True)}),
        ({}, {"when": each_night(end="2031-01-01")}),
        ({}, {"when": each_night(paused=True)}),
        ({"when": each_night(paused=True)}, {}),
    ],
)
def test_each_change_replaces_the_recurring_run_in_three_steps(kfp, make, lines, first, second):
    make(**{"when": each_night(), **first})
    (old,) = kfp.recurring.values()
    kfp.requests.clear()
    make(**{"when": each_night(), **second})
    (new,) = kfp.recurring.values()
    assert new is not old
    disable = [f"POST /recurringruns/{old['recurring_run_id']}:disable"]
    changes = [each for each in kfp.changes() if "upload" not in each]
    assert changes == [
        *(disable if first == {} else []),
        "POST /recurringruns",
        f"DELETE /recurringruns/{old['recurring_run_id']}",
    ]
    assert any(line.endswith(": changed") for line in lines)
    assert kfp.most_enabled == 1


def test_schedules_of_others_are_left_alone(kfp, make):
    make(each_night())
    (mine,) = kfp.recurring.values()
    for name in ("digits2", "Digits", "x"):
        kfp.recurring[name] = {**mine, "recurring_run_id": name, "display_name": name}
    make(each_hour())
    assert {"digits2", "Digits", "x"} < set(kfp.recurring)
    assert len(kfp.recurring) == 4


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(11))
def test_killed_at_any_request_the_next_schedule_repairs_it(
    kfp, make, monkeypatch, killed_at, number, after
):
    """Never are two enabled; after the repair only the wanted one is, and no time ran twice."""
    kfp.step = timedelta(seconds=7)
    make(each_hour())
    kfp.advance(hours=2)
    with monkeypatch.context():
        killed_at(number, after)
        with pytest.raises(Killed):
            make(each_hour(), content="two")
    monkeypatch.undo()
    kfp.advance(hours=2, minutes=30)
    assert len(kfp.enabled()) <= 1
    make(each_hour(), content="two")
    (found,) = kfp.recurring.values()
    assert found["status"] == "ENABLED"
    (version,) = (v for v in kfp.versions.values() if v["pipeline_spec"]["content"] == "two")
    used = found["pipeline_version_reference"]["pipeline_version_id"]
    assert used == version["pipeline_version_id"]
    kfp.advance(hours=2)
    assert kfp.most_enabled == 1
    assert set(kfp.started.values()) == {1}


def test_there_are_as_many_requests_as_the_test_above_kills_at(kfp, make):
    make(each_hour())
    kfp.requests.clear()
    make(each_hour(), content="two")
    assert len(kfp.requests) == 11


@pytest.mark.parametrize("lateness", [0, 30])
@pytest.mark.parametrize("early", range(-36, 60, 4))
def test_a_change_around_a_time_of_the_schedule_misses_it_at_most_and_then_says_so(
    kfp, make, lines, early, lateness
):
    """Each request takes four seconds, so the hour strikes between any two of them."""
    kfp.lateness = timedelta(seconds=lateness)
    make(each_hour())
    kfp.advance(minutes=59, seconds=60 - early)
    lines.clear()
    kfp.step = timedelta(seconds=4)
    make(each_hour(), content="two")
    kfp.step = timedelta(0)
    kfp.advance(hours=2, minutes=10)
    hours = {NOW + timedelta(hours=number) for number in (1, 2, 3)}
    assert set(kfp.started.values()) == {1}
    missed = hours - set(kfp.started)
    assert missed <= {NOW + timedelta(hours=1)}
    told = any("13:00:00 UTC may not have been started" in line for line in lines)
    assert told or not missed
    assert kfp.most_enabled == 1


@pytest.mark.parametrize("when", [each_night(start="2029-12-01"), each_night(start="2030-01-05")])
def test_a_start_makes_up_for_nothing(kfp, make, when):
    make(when)
    kfp.advance(minutes=5)
    assert not kfp.started
    make(when, content="two")
    kfp.advance(minutes=5)
    assert not kfp.started


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_if_kfp_refuses_the_new_one_the_old_one_goes_on(kfp, make, status):
    make(each_night())
    kfp.fault("POST .*recurringruns$", status)
    with pytest.raises(InputError, match="The schedule that was there goes on") as error:
        make(each_hour())
    assert f"({status})" in str(error.value)
    (found,) = kfp.enabled()
    assert found["trigger"]["cron_schedule"]["cron"] == "0 0 2 * * *"


def test_if_the_old_one_does_not_come_back_that_is_told(kfp, make):
    make(each_night())
    kfp.fault("POST .*recurringruns$", 400)
    kfp.fault("POST .*enable$", "reset")
    with pytest.raises(Refused, match="The schedule is off, since the old one"):
        make(each_hour())


@pytest.mark.parametrize("what", ["reset", 503])
def test_if_no_answer_comes_the_user_is_told_that_it_may_be_off_and_the_same_again_repairs(
    kfp, make, what
):
    make(each_night())
    kfp.fault("POST .*recurringruns$", what)
    with pytest.raises(Unanswered, match="may be off now; the same command again puts it right"):
        make(each_hour())
    assert kfp.enabled() == []
    make(each_hour())
    assert len(kfp.enabled()) == len(kfp.recurring) == 1


def test_if_only_the_answer_is_lost_the_new_one_is_found(kfp, make):
    make(each_night())
    kfp.fault("POST .*recurringruns$", "reset after")
    make(each_hour())
    (found,) = kfp.recurring.values()
    assert found["trigger"]["cron_schedule"]["cron"] == "0 0 * * * *"


@pytest.mark.parametrize("what", [403, "reset", "reset after"])
def test_if_the_old_one_cannot_be_disabled_no_new_one_is_made(kfp, make, what):
    make(each_night())
    kfp.fault("POST .*disable$", what)
    with pytest.raises(InputError):
        make(each_hour())
    assert len(kfp.recurring) == 1
    make(each_hour())
    assert len(kfp.enabled()) == len(kfp.recurring) == 1


def test_one_that_somebody_deleted_meanwhile_is_no_trouble(kfp, make):
    make(each_night())
    kfp.fault("POST .*disable$", 404)
    kfp.fault("DELETE", 404)
    make(each_hour())
    assert len(kfp.enabled()) >= 1


def test_two_that_are_enabled_become_one(kfp, make):
    make(each_night())
    (mine,) = kfp.recurring.values()
    kfp.recurring["other"] = {**mine, "recurring_run_id": "other"}
    make(each_night())
    assert len(kfp.recurring) == len(kfp.enabled()) == 1


def test_a_run_that_goes_on_does_not_die_with_its_schedule(kfp, make, connect, say, lines):
    kfp.keeps_runs_going = True
    make(each_hour())
    kfp.advance(hours=1, minutes=5)
    make(each_night())
    assert [each["status"] for each in kfp.recurring.values()] == ["DISABLED", "ENABLED"]
    assert any("still goes on: its old schedule stays, disabled" in line for line in lines)
    kfp.end_runs()
    make(each_night())
    assert [run["state"] for run in kfp.runs.values()] == ["SUCCEEDED"]
    assert len(kfp.recurring) == 1


def test_unschedule_takes_it_away(kfp, make, connect, say, lines):
    make(each_hour())
    unschedule(connect(), "digits", say)
    assert kfp.recurring == {}
    assert lines[-1] == "schedule deleted"
    unschedule(connect(), "digits", say)
    unschedule(connect(), "imdb", say)
    assert lines[-2:] == ["schedule digits has none", "schedule imdb has none"]


def test_unschedule_lets_a_run_end(kfp, make, connect, say, lines):
    kfp.keeps_runs_going = True
    make(each_hour())
    kfp.advance(hours=1, minutes=5)
    unschedule(connect(), "digits", say)
    assert kfp.enabled() == []
    assert lines[-1] != "schedule deleted"
    kfp.end_runs()
    unschedule(connect(), "digits", say)
    assert kfp.recurring == {}
    assert [run["state"] for run in kfp.runs.values()] == ["SUCCEEDED"]


def test_kfps_own_client_sees_the_same(kfp, make):
    import warnings

    from kfp.client import Client

    make(each_night())
    with warnings.catch_warnings(action="ignore"):
        (found,) = Client(host=kfp.url).list_recurring_runs().recurring_runs
    assert (found.display_name, found.status) == ("digits", "ENABLED")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"cron": "0 25 * * *"}, "hour '25'"),
        ({"interval": "10"}, "--interval '10'"),
        ({"interval": "30s"}, "1m or more"),
        ({"interval": "6h 30"}, "--interval '6h 30'"),
        ({"start": "tomorrow"}, "--start 'tomorrow'"),
        ({"end": "2029-12-31"}, "that is past"),
        ({"start": "2031-01-01", "end": "2030-06-01"}, "not after --start"),
        ({"time_zone": "CET+1"}, "--time-zone CET+1"),
        ({"server_time_zone": "Vienna"}, "--server-time-zone Vienna"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_before_anything_is_asked(options, says):
    when = {"cron": None if "interval" in options else "0 2 * * *", "interval": None, **options}
    with pytest.raises(InputError) as error:
        wanted(**when, now=NOW)
    assert says in str(error.value)
