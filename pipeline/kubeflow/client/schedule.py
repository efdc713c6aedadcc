"""Keeps one recurring run for a task, as it is wanted.

KFP cannot change a recurring run, so another one takes its place, in this order:

1. upload the version and find the experiment, which changes nothing that runs;
2. disable the old one;
3. create the new one, enabled;
4. delete the old one.

Never are two enabled, wherever this is killed: after 2 none is, after 3 only the new one. Whatever
is left over, the next `schedule` sees: it keeps an enabled one that is as wanted, disables and
deletes every other, and creates what is missing. A disabled one is never enabled again, neither by
that nor when somebody disabled it by hand: KFP would at once make up for the last time that it was
disabled at, and the other schedule may have served that time.

Nor does a time of the schedule start two runs. To create the new one disabled before the old one is
disabled, and to enable it after, would look safer, but KFP counts from the moment of creation: a
time in between would be served by the old one, and by the new one again once it is enabled. Here
the new one is created when the old one is off, and serves only later times; no clock but the
server's own takes part. The price: a time within the moment between 2 and 3, or shortly before,
since KFP starts runs up to half a minute late, may be missed, and is then told. For the same reason
a start in the past is sent only together with catch-up, and only for the first schedule.

If the server refuses 3, the old one is enabled again. If no answer comes to 3, it is asked what it
has; if that fails too, the user is told that the schedule may be off, and that the same command
puts it right. Two `schedule` at the same moment can leave two enabled; the next one mends that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import TYPE_CHECKING

from components.errors import InputError
from pipeline.kubeflow.client.errors import Refused, Unanswered
from pipeline.kubeflow.client.experiment import ensured_experiment
from pipeline.kubeflow.client.recurring_runs import (
    Ours,
    is_enabled,
    recurring_run_page,
    trigger_of,
)
from pipeline.kubeflow.client.server import Server
from pipeline.kubeflow.client.submit import Say, Work, told_upload
from pipeline.kubeflow.client.time_zone import in_words
from pipeline.kubeflow.client.trigger import Trigger
from pipeline.kubeflow.client.uploaded import Uploaded

if TYPE_CHECKING:
    from kfp_server_api import V2beta1RecurringRun

LATE = timedelta(seconds=40)
"""KFP's controller looks at every schedule each 30 s."""

_MAY_BE_OFF = "\nThe schedule may be off now; the same command again puts it right"


@dataclass(frozen=True)
class Wanted:
    """A schedule.

    Attributes:
      trigger: when, in the server's zone.
      zone: the server's.
      catch_up: whether times that were missed are made up for, one by one.
      paused: whether it starts nothing.
      description: for people.
    """

    trigger: Trigger
    zone: tzinfo
    catch_up: bool = False
    paused: bool = False
    description: str = ""


def now_utc() -> datetime:
    """Returns the time."""
    return datetime.now(UTC)


def schedule(
    server: Server, work: Work, wanted: Wanted, say: Say, clock: Callable[[], datetime] = now_utc
) -> None:
    """Makes a task's schedule what is wanted; says so where it is already.

    Args:
      server: where.
      work: what is to be run.
      wanted: when.
      say: tells the user a line.
      clock: the time, for what is told; what is done does not rest on it but for a start that is
        past.

    Raises:
      InputError: the server did not do it; the message says what stands.
    """
    version = told_upload(server, work, say)
    experiment_id = ensured_experiment(server, work.name)
    ours = Ours.of(server, experiment_id, work.name)
    kept = next((r for r in ours.all if _is(r, work, wanted, version, clock())), None)
    others = [each for each in ours.all if each is not kept]
    if kept:
        for each in others:
            if is_enabled(each):
                ours.disable(each)
        say(f"schedule {wanted.trigger.words}: there already, nothing to change")
    else:
        kept = _replaced(ours, _body(ours, work, wanted, version, clock()), wanted, say, clock)
        say(f"schedule {wanted.trigger.words}: {'changed' if others else 'made'}")
    say(f"         {recurring_run_page(server, kept.recurring_run_id)}")
    for each in others:
        ours.delete(each, say)
    tell_next(wanted.trigger, wanted.zone, clock(), kept.created_at, say, wanted.paused)


def unschedule(server: Server, name: str, say: Say) -> None:
    """Takes a task's schedule away; runs that go on go on.

    Raises:
      InputError: the server did not do it.
    """
    experiment = server.experiment(name)
    ours = Ours.of(server, experiment.experiment_id, name) if experiment else None
    if not ours or not ours.all:
        say(f"schedule {name} has none")
        return
    for each in ours.enabled:
        ours.disable(each)
    if all([ours.delete(each, say) for each in ours.all]):
        say("schedule deleted")


def tell_next(
    trigger: Trigger, zone: tzinfo, now: datetime, made: datetime, say: Say, paused: bool = False
) -> None:
    """Says the next three times."""
    times = list(islice(trigger.times(now, zone, made), 3))
    if paused:
        say("next     none: it is paused")
    elif not times:
        say("next     none: it has ended")
    for index, when in enumerate([] if paused else times):
        say(f"{'next' if index == 0 else '':<8} {in_words(when)}")


def _is(
    found: "V2beta1RecurringRun", work: Work, wanted: Wanted, version: Uploaded, now: datetime
) -> bool:
    """Returns whether a recurring run is as wanted.

    What the user leaves to the server, such as the service account, may be anything.
    """
    trigger, source = trigger_of(found), found.pipeline_version_reference
    root = found.runtime_config.pipeline_root if found.runtime_config else ""
    return (
        trigger is not None
        and _from_now(trigger, now) == _from_now(wanted.trigger, now)
        and source is not None
        and source.pipeline_version_id == version.version_id
        and (root or "") == work.root
        and bool(found.no_catchup) is not wanted.catch_up
        and int(found.max_concurrency) == 1
        and work.service_account in ("", found.service_account)
        and is_enabled(found) is not wanted.paused
    )


def _from_now(trigger: Trigger, now: datetime) -> tuple[object, ...]:
    """Returns what a trigger comes to from now on."""
    start = trigger.start if trigger.start and trigger.start > now else None
    return trigger.words, start, trigger.end


def _body(
    ours: Ours, work: Work, wanted: Wanted, version: Uploaded, now: datetime
) -> "V2beta1RecurringRun":
    from kfp_server_api import (
        RecurringRunMode,
        V2beta1PipelineVersionReference,
        V2beta1RecurringRun,
    )

    trigger = wanted.trigger
    is_past = trigger.start is not None and trigger.start <= now
    if is_past and (ours.all or not wanted.catch_up):
        trigger = Trigger(trigger.cron, trigger.interval, None, trigger.end)
    return V2beta1RecurringRun(
        display_name=work.name,
        description=wanted.description or None,
        experiment_id=ours.experiment_id,
        pipeline_version_reference=V2beta1PipelineVersionReference(
            pipeline_id=version.pipeline_id, pipeline_version_id=version.version_id
        ),
        runtime_config=work.runtime_config(),
        service_account=work.service_account or None,
        max_concurrency="1",
        no_catchup=not wanted.catch_up,
        trigger=trigger.message(),
        mode=RecurringRunMode.DISABLE if wanted.paused else RecurringRunMode.ENABLE,
    )


def _replaced(
    ours: Ours,
    body: "V2beta1RecurringRun",
    wanted: Wanted,
    say: Say,
    clock: Callable[[], datetime],
) -> "V2beta1RecurringRun":
    """Disables the old ones and creates the new one."""
    before = clock()
    try:
        for each in ours.enabled:
            ours.disable(each)
    except Unanswered as error:
        raise Unanswered(f"{error}{_MAY_BE_OFF}") from None
    try:
        made = _created(ours, body)
    except Refused as error:
        raise Refused(f"{error}{_gone_back(ours)}", error.status) from None
    except Unanswered as error:
        # KFP says 500 to much that it refuses; other 5xx are a proxy's.
        what_stands = _gone_back(ours) if error.status == 500 else _MAY_BE_OFF
        raise Unanswered(f"{error}{what_stands}", error.status) from None
    _tell_missed(ours, wanted, before, clock(), say)
    return made


def _created(ours: Ours, body: "V2beta1RecurringRun") -> "V2beta1RecurringRun":
    """Returns the new one; where no answer came, it looks whether it was made all the same."""
    try:
        return ours.server.create_recurring_run(body)
    except Unanswered as error:
        try:
            found = Ours.of(ours.server, ours.experiment_id, body.display_name).all
        except InputError:
            raise error from None
        known = {each.recurring_run_id for each in ours.all}
        new = [each for each in found if each.recurring_run_id not in known]
        if len(new) != 1:
            raise
        return new[0]


def _gone_back(ours: Ours) -> str:
    """Enables the old one again; returns what to say of it."""
    if not ours.enabled:
        return ""
    try:
        ours.server.enable_recurring_run(ours.enabled[0].recurring_run_id)
    except InputError as error:
        return f"\nThe schedule is off, since the old one did not come back either: {error}"
    return "\nThe schedule that was there goes on"


def _tell_missed(ours: Ours, wanted: Wanted, before: datetime, after: datetime, say: Say) -> None:
    """Says which time of the old schedule may have fallen between the old one and the new."""
    for each in ours.enabled:
        trigger = trigger_of(each)
        times = trigger.times(before - LATE, wanted.zone, each.created_at) if trigger else ()
        missed = next(iter(times), None)
        if missed and missed <= after:
            say(f"note     the run of {in_words(missed)} may not have been started, as KFP starts")
            say("         runs up to half a minute late; `kubeflow submit` makes up for it")
