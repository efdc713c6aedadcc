"""When a schedule fires: cron or an interval, from a start to an end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from components.errors import InputError
from pipeline.kubeflow.client.cron import Cron, parse

if TYPE_CHECKING:
    from kfp_server_api import V2beta1Trigger

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SHORTEST = 60


@dataclass(frozen=True)
class Trigger:
    """Either of `cron` and `interval` (seconds) is None; so may start and end be, aware times."""

    cron: Cron | None = None
    interval: int | None = None
    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def of(cls, message: "V2beta1Trigger") -> "Trigger":
        """Returns what KFP keeps.

        Raises:
          InputError: it is none that this module could have made.
        """
        cron, periodic = message.cron_schedule, message.periodic_schedule
        if cron:
            return cls(cron=parse(cron.cron), start=cron.start_time, end=cron.end_time)
        if periodic:
            seconds = int(periodic.interval_second)
            return cls(interval=seconds, start=periodic.start_time, end=periodic.end_time)
        raise InputError("a recurring run without a trigger")

    def message(self) -> "V2beta1Trigger":
        """Returns it for KFP."""
        from kfp_server_api import V2beta1CronSchedule, V2beta1PeriodicSchedule, V2beta1Trigger

        limits = {"start_time": self.start, "end_time": self.end}
        if self.cron:
            return V2beta1Trigger(cron_schedule=V2beta1CronSchedule(cron=self.cron.text, **limits))
        return V2beta1Trigger(
            periodic_schedule=V2beta1PeriodicSchedule(interval_second=str(self.interval), **limits)
        )

    @property
    def words(self) -> str:
        """What it says, short."""
        return self.cron.text if self.cron else f"every {interval_words(self.interval)}"

    def times(self, after: datetime, zone: tzinfo, made: datetime) -> Iterator[datetime]:
        """Yields when it fires after a time; an interval counts from the start or `made`."""
        for when in self._unlimited(max(after, self.start or after), zone, self.start or made):
            if self.end and when > self.end:
                return
            yield when

    def _unlimited(self, after: datetime, zone: tzinfo, origin: datetime) -> Iterator[datetime]:
        if self.cron:
            yield from self.cron.times(after, zone)
            return
        step = timedelta(seconds=self.interval)
        when = origin + step * max(1, (after - origin) // step + 1)
        while True:
            yield when.astimezone(zone)
            when += step


def interval_of(text: str) -> int:
    """Returns the seconds of an interval such as 90m, 6h or 1d12h.

    Raises:
      InputError: it is none, or shorter than KFP's controller looks.
    """
    parts = re.findall(r"(\d+)([dhms])", text)
    if not parts or "".join(map("".join, parts)) != text:
        raise InputError(f"--interval {text!r}: days, hours, minutes, seconds: 1d, 6h, 1h30m")
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    if seconds < _SHORTEST:
        raise InputError(f"--interval {text!r}: 1m or more; KFP looks every half minute")
    return seconds


def interval_words(seconds: int) -> str:
    """Returns an interval as `interval_of` reads it, in the largest units."""
    parts = []
    for unit, size in _SECONDS.items():
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts)


def time_of(option: str, text: str, zone: tzinfo) -> datetime:
    """Returns a time to the second; without an offset it is meant in the zone.

    Raises:
      InputError: it is none.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{option} {text!r}: a time such as 2030-01-31, 2030-01-31T18:00 or 2030-01-31T18:00Z"
        ) from None
    aware = when if when.tzinfo else when.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def limits(
    start: datetime | None, end: datetime | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Returns both, checked.

    Raises:
      InputError: nothing lies between them, or the end is past.
    """
    if end and end <= now:
        raise InputError(f"--end {end:%Y-%m-%dT%H:%M:%SZ}: that is past")
    if start and end and start >= end:
        raise InputError(f"--end {end:%Y-%m-%dT%H:%M:%SZ}: not after --start")
    return start, end
