"""From what the user says of a schedule to the schedule itself."""

from datetime import datetime

from pipeline.kubeflow.client.cron import parse
from pipeline.kubeflow.client.schedule import Wanted, now_utc
from pipeline.kubeflow.client.time_zone import for_server, zone_of
from pipeline.kubeflow.client.trigger import Trigger, interval_of, limits, time_of


def wanted(
    cron: str | None,
    interval: str | None,
    time_zone: str | None = None,
    server_time_zone: str = "UTC",
    start: str | None = None,
    end: str | None = None,
    catch_up: bool = False,
    paused: bool = False,
    now: datetime | None = None,
) -> Wanted:
    """Returns the schedule, in the server's zone; its description says what was turned into what.

    Args:
      cron: expression, or None if there is an interval.
      interval: such as 6h.
      time_zone: in which the other times are meant; the server's if None.
      server_time_zone: in which KFP counts.
      start: ISO 8601.
      end: likewise.
      catch_up: see Wanted.
      paused: see Wanted.
      now: the time, if it is not to be asked for.

    Raises:
      InputError: a part is malformed, past, or cannot be said in the server's zone.
    """
    now = now or now_utc()
    server_zone = zone_of("--server-time-zone", server_time_zone)
    zone = zone_of("--time-zone", time_zone) if time_zone else server_zone
    first, last = limits(
        start and time_of("--start", start, zone), end and time_of("--end", end, zone), now
    )
    if cron is None:
        trigger = Trigger(None, interval_of(interval or ""), first, last)
        return Wanted(trigger, server_zone, catch_up, paused)
    given = parse(cron)
    sent = for_server(given, zone, server_zone, now)
    description = f"{cron.strip()} ({zone.key})"
    if sent.text != cron.strip():
        description += f" is, for KFP, seconds first: {sent.text} ({server_zone.key})"
    return Wanted(Trigger(sent, None, first, last), server_zone, catch_up, paused, description)
