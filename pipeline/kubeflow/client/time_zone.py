"""The time zone of a cron expression.

KFP's API has none: the controller counts every schedule in the one zone that its deployment names
in CRON_SCHEDULE_TIMEZONE, UTC if nobody changed it, and no call tells which one that is. So the
user says both: the zone that the expression is meant in, and the server's. Where the two always lie
equally far apart, the expression is turned into the server's; where they do not, since one of them
has summer time, no expression is right all year, and that is refused rather than be an hour wrong
in summer.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from components.errors import InputError
from pipeline.kubeflow.client.cron import FIELDS, Cron

_DAY = 24 * 60
_LOOK_AHEAD = 5 * 366
"""Days; as far as KFP looks for a next time."""


def zone_of(option: str, name: str) -> ZoneInfo:
    """Returns a zone by its IANA name.

    Raises:
      InputError: there is none of that name.
    """
    if name not in available_timezones():
        raise InputError(f"{option} {name}: a name such as UTC, Europe/Vienna or Asia/Kolkata")
    return ZoneInfo(name)


def for_server(cron: Cron, zone: ZoneInfo, server: ZoneInfo, now: datetime) -> Cron:
    """Returns the expression that fires in the server's zone when `cron` does in `zone`.

    Raises:
      InputError: there is none.
    """
    days = (now + timedelta(days=each) for each in range(_LOOK_AHEAD))
    apart = {_offset(day, server) - _offset(day, zone) for day in days}
    moved = {_moved(cron, minutes) for minutes in apart}
    if len(moved) == 1 and None not in moved:
        return moved.pop()
    why = (
        "and how far the two lie apart changes within the year"
        if len(apart) > 1
        else "where this takes more than one expression"
    )
    raise InputError(
        f"--time-zone {zone.key}: KFP counts all its schedules in {server.key}, {why}. Write the "
        f"expression in {server.key}, or have CRON_SCHEDULE_TIMEZONE of the deployment "
        f"ml-pipeline-scheduledworkflow set to {zone.key} and say --server-time-zone {zone.key}"
    )


def _offset(when: datetime, zone: ZoneInfo) -> int:
    """Returns how far a zone is ahead of UTC, in minutes."""
    return round(when.astimezone(zone).utcoffset().total_seconds() / 60)


def _moved(cron: Cron, minutes: int) -> Cron | None:
    """Returns an expression that fires later by some minutes, or None if there is none."""
    _, of_hour, hours, days, months, weekdays = cron.values
    moved = [divmod(hour * 60 + minute + minutes, _DAY) for hour in hours for minute in of_hour]
    new_minutes = frozenset(time % 60 for _, time in moved)
    new_hours = frozenset(time // 60 for _, time in moved)
    if len(new_minutes) * len(new_hours) != len({time for _, time in moved}):
        return None
    carried = {day for day, _ in moved}
    every_day = all(_is_full(index, cron.values[index]) for index in (3, 4, 5))
    if carried != {0} and not every_day:
        if len(carried) > 1 or not (_is_full(3, days) and _is_full(4, months)):
            return None
        (carry,) = carried
        weekdays = frozenset((day + carry) % 7 for day in weekdays)
    values = (cron.values[0], new_minutes, new_hours, days, months, weekdays)
    if values == cron.values:
        return cron
    written = (
        old if value == before else _written(index, value)
        for index, (old, before, value) in enumerate(
            zip(cron.text.split(), cron.values, values, strict=True)
        )
    )
    return replace(cron, text=" ".join(written), values=values)


def _is_full(index: int, values: frozenset[int]) -> bool:
    return len(values) == FIELDS[index].high - FIELDS[index].low + 1


def _written(index: int, values: frozenset[int]) -> str:
    return "*" if _is_full(index, values) else ",".join(map(str, sorted(values)))


def in_words(when: datetime) -> str:
    """Returns a time with its day and its zone."""
    return f"{when:%a %Y-%m-%d %H:%M:%S} {when.tzname()}"
