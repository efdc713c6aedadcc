"""The marks of both models, told apart by shape: the candidate's solid, the baseline's hollow."""

import math

from markupsafe import Markup

from components.evaluator.report import Interval
from components.pages import svg
from components.pages.axis import Axis

_RADIUS = 5.5
_CAP = 5


def candidate(interval: Interval, along: Axis, y: float, wrong: bool) -> list[Markup]:
    """Draws a value on its interval, which is left out where it is not finite.

    Args:
      interval: its value is finite.
      along: the axis.
      y: height of the middle.
      wrong: whether it is a reason against the candidate.
    """
    style = " wrong" if wrong else ""
    drawn = []
    if math.isfinite(interval.low) and math.isfinite(interval.high):
        low, high = along(interval.low), along(interval.high)
        drawn.append(svg.line((low, y), (high, y), f"interval{style}"))
        for x in (low, high):
            drawn.append(svg.line((x, y - _CAP), (x, y + _CAP), f"interval{style}"))
    return [*drawn, svg.circle(along(interval.value), y, _RADIUS, f"candidate-mark{style}")]


def baseline(x: float, y: float) -> Markup:
    """Draws a value."""
    return svg.circle(x, y, _RADIUS - 0.5, "baseline-mark")


def label(x: float, y: float, words: str, style: str) -> Markup:
    """Writes words over a place, shifted where they would leave the chart."""
    half = svg.width(words) / 2
    return svg.text(min(max(x, half), svg.WIDTH - half), y, words, style, "middle")
