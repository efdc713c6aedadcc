"""Slices on one axis, a row each: a value on its interval, and what it is held against."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from components.evaluator.report import Interval, Slice
from components.pages import stretched
from components.pages.axis import Axis

_LEAST_ROOM = 0.01
_LABEL_ROOM = 0.24
"""Share of the width that a line's label takes beside it."""
_WIDE = 3
"""An interval so many times as wide as most may be cut at the edge: it comes from a handful of
examples, and would press all others together."""
_CAP, _RADIUS = 8, 4.5


@dataclass(frozen=True)
class Line:
    """What slices are held against."""

    value: float
    name: str
    strong: bool
    """Whether to lie below it can be a fault."""


@dataclass(frozen=True)
class Spread:
    """The axis of slices, in per cent of a row's width."""

    along: Axis
    lines: Sequence[Line]
    """At most two, the lower first."""
    differences: bool
    """Whether a slice lies at its difference from the baseline, or at its accuracy."""


def of_slices(slices: Sequence[Slice], drop: float, floor: float, accuracy: float) -> Spread:
    """Returns the axis of slices: of differences where there is a baseline, or else of accuracies.

    Args:
      slices: at least one.
      drop: how far a slice may lie below the baseline; 1 for any distance.
      floor: of a slice's accuracy; 0 for none.
      accuracy: of the candidate on all examples.
    """
    differences = any(part.comparison.difference for part in slices)
    if differences:
        lines = [Line(0.0, "as good", False)]
        lines += [Line(-drop, "margin", True)] if drop < 1 else []
    else:
        lines = [Line(accuracy, "all examples", False)] if math.isfinite(accuracy) else []
        lines += [Line(floor, "floor", True)] if floor > 0 else []
    lines.sort(key=lambda line: line.value)
    values = [line.value for line in lines]
    for interval in _usual([_interval(part, differences) for part in slices]):
        values += (interval.low, interval.high)
    low = min(values, default=0.0) - _LEAST_ROOM
    high = max(values, default=1.0) + _LEAST_ROOM
    # The first of two labels stands to the left of its line, the last one to the right.
    if len(lines) > 1:
        low = min(low, (lines[0].value - _LABEL_ROOM * high) / (1 - _LABEL_ROOM))
    if lines:
        high = max(high, (lines[-1].value - _LABEL_ROOM * low) / (1 - _LABEL_ROOM))
    return Spread(Axis(low, high, 0.0, 100.0), lines, differences)


def draw(part: Slice, spread: Spread) -> Markup:
    """Draws a slice: what is not finite is left out, what lies beyond the axis hollow at its edge.

    Returns:
      An `<svg>` that stretches to any width.
    """
    along = spread.along
    parts = [
        stretched.upright(
            along(line.value), stretched.HEIGHT, "threshold" if line.strong else "base"
        )
        for line in spread.lines
    ]
    interval = _interval(part, spread.differences)
    style = " wrong" if part.fault else ""
    if _finite(interval):
        ends = [(along(end), stretched.MIDDLE) for end in (interval.low, interval.high)]
        parts.append(stretched.line(*ends, f"interval{style}"))
        parts += [
            stretched.upright(along(end), _CAP, f"interval{style}")
            for end in (interval.low, interval.high)
            if along.low <= end <= along.high
        ]
    if math.isfinite(interval.value):
        inside = along.low <= interval.value <= along.high
        mark = "candidate-mark" if inside else "baseline-mark"
        parts.append(stretched.circle(along(interval.value), _RADIUS, f"{mark}{style}"))
    return stretched.chart(parts)


def _interval(part: Slice, differences: bool) -> Interval:
    if differences:
        return part.comparison.difference or Interval(math.nan, math.nan, math.nan)
    return part.comparison.accuracy


def _usual(intervals: Sequence[Interval]) -> list[Interval]:
    known = [each for each in intervals if _finite(each)]
    if not known:
        return []
    widest = _WIDE * median(each.high - each.low for each in known)
    return [each for each in known if each.high - each.low <= widest]


def _finite(interval: Interval) -> bool:
    return math.isfinite(interval.low) and math.isfinite(interval.high)
