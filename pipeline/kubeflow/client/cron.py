"""Cron as KFP understands it.

KFP parses with robfig/cron 1.2, whose six fields begin with the seconds and which lets the last one
be left out: `0 2 * * *`, to everybody else two o'clock at night, is there the second minute of
every hour, without a word. So five fields become six here. What that parser knows: `*`, `?`,
numbers, names of months and days, ranges, steps, lists; neither 7 for Sunday nor `L`, `W` or `#`.
A day matches if both its fields do, or, where neither is open, if either does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from components.errors import InputError


@dataclass(frozen=True)
class Field:
    """One field of an expression: its name, its bounds, and names for its numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    @property
    def valid(self) -> str:
        """What may stand there."""
        names = f" or {self.names[0].upper()} to {self.names[-1].upper()}" if self.names else ""
        return f"{self.low} to {self.high}{names}, as *, 5, 1-5, */2, 1-10/2 or 1,15"


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = (
    Field("second", 0, 59),
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, _MONTHS),
    Field("day of week", 0, 6, _DAYS),
)
DESCRIPTORS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_OPEN = re.compile(r"[*?](/\d+)?")
_YEARS = 5
"""KFP looks no further for the next time."""


@dataclass(frozen=True)
class Cron:
    """An expression of six fields.

    Attributes:
      text: for KFP.
      values: of each field.
      either_day: whether one of the two fields of the day is enough.
    """

    text: str
    values: tuple[frozenset[int], ...]
    either_day: bool

    def times(self, after: datetime, zone: tzinfo) -> Iterator[datetime]:
        """Yields the times after another one at which it fires, in a zone, for five years.

        Where clocks are put forward the hour that is left out has none; where they are put back,
        the hour that comes twice has them twice. So has KFP.
        """
        # Two times in one zone are compared by the clock on the wall, which shows some times twice.
        start, after = after.astimezone(zone), after.astimezone(UTC)
        for days in range(366 * _YEARS):
            day = start.date() + timedelta(days=days)
            if self._matches(day.day, day.month, day.isoweekday() % 7):
                for hour in sorted(self.values[2]):
                    midnight = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
                    if midnight.astimezone(UTC) + timedelta(hours=2) > after:
                        yield from (each for each in self._within(midnight) if each > after)

    def _matches(self, day: int, month: int, weekday: int) -> bool:
        _, _, _, days, months, weekdays = self.values
        together = any if self.either_day else all
        return month in months and together((day in days, weekday in weekdays))

    def _within(self, hour: datetime) -> Iterator[datetime]:
        """Yields the times within an hour of the clock on the wall, which may come 0 to 2 times."""
        for fold in (0, 1):
            for minute in sorted(self.values[1]):
                for second in sorted(self.values[0]):
                    wall = hour.replace(minute=minute, second=second, fold=fold)
                    comes_once = wall.utcoffset() == wall.replace(fold=0).utcoffset()
                    if _exists(wall) and not (fold and comes_once):
                        yield wall


def parse(text: str) -> Cron:
    """Returns the expression that a user wrote with five or six fields or a name as @daily.

    Raises:
      InputError: it is malformed, KFP would not take it, or it never fires.
    """
    fields = DESCRIPTORS.get(text.strip(), text).split()
    if text.strip().startswith("@") and len(fields) != len(FIELDS):
        hint = "; --interval says how often" if text.strip().startswith("@every") else ""
        raise InputError(f"--cron {text!r}: not one of {', '.join(DESCRIPTORS)}{hint}")
    if len(fields) == len(FIELDS) - 1:
        fields = ["0", *fields]
    if len(fields) != len(FIELDS):
        raise InputError(
            f"--cron {text!r}: {len(fields)} fields; five (minute, hour, day of month, month, day "
            "of week) or six (second first) are valid"
        )
    values = tuple(
        _values(written, field, text) for written, field in zip(fields, FIELDS, strict=True)
    )
    either_day = not any(
        _OPEN.fullmatch(written) for part in (3, 5) for written in fields[part].split(",")
    )
    made = Cron(" ".join(fields).replace("?", "*"), values, either_day)
    if next(made.times(datetime.now(UTC), UTC), None) is None:
        raise InputError(f"--cron {text!r}: never; no such day comes within {_YEARS} years")
    return made


def _exists(wall: datetime) -> bool:
    """Returns whether a clock on the wall ever shows a time."""
    shown = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return shown.replace(tzinfo=None) == wall.replace(tzinfo=None)


def _values(written: str, field: Field, text: str) -> frozenset[int]:
    """Returns the numbers that a field stands for."""
    found: set[int] = set()
    for part in written.split(","):
        match = re.fullmatch(r"([*?]|\w+)(?:-(\w+))?(?:/(\w+))?", part)
        if not match or (match[1] in "*?" and match[2]):
            raise _mistake(part, field, text)
        first, last, step = match.groups()
        if first in "*?":
            low, high = field.low, field.high
        else:
            low = _number(first, part, field, text)
            high = _number(last, part, field, text) if last else field.high if step else low
        if step is not None and not (step.isdecimal() and step.isascii() and int(step) > 0):
            raise _mistake(part, field, text, f"the step {step} is not 1 or more; ")
        if low > high:
            raise _mistake(part, field, text, "the range ends before it begins; ")
        found.update(range(low, high + 1, int(step or 1)))
    return frozenset(found)


def _number(written: str, part: str, field: Field, text: str) -> int:
    if written.lower() in field.names:
        return field.names.index(written.lower()) + field.low
    if not (written.isdecimal() and written.isascii()):
        raise _mistake(part, field, text)
    if not field.low <= int(written) <= field.high:
        sunday = "Sunday is 0; " if field is FIELDS[5] and int(written) == 7 else ""
        raise _mistake(part, field, text, sunday)
    return int(written)


def _mistake(part: str, field: Field, text: str, why: str = "") -> InputError:
    return InputError(f"--cron {text!r}: {field.name} {part!r}: {why}valid is {field.valid}")
