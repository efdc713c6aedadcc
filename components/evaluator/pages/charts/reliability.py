"""How often the model is right, by how sure it is."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from components.evaluator.report import CalibrationBin
from components.pages import svg
from components.pages.axis import Axis, from_zero
from components.pages.formats import exact_percent, percent, tick

FEW = 30
"""Fewer examples in a bin say little; its mark is hollow."""
_LEFT, _RIGHT, _TOP = 44, svg.WIDTH - 8, 30
_BOTTOM = 236
_COUNTS_TOP, _COUNTS_BOTTOM, _HEIGHT = 280, 328, 366
_LEGEND, _RADIUS = 9, 4.5


def draw(bins: Sequence[CalibrationBin], description: str) -> Markup | None:
    """Draws each bin at its confidence and accuracy, tied to the diagonal, over a histogram.

    Args:
      bins: empty ones and such that are not finite are left out.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where no bin is left.
    """
    bins = known(bins)
    if not bins:
        return None
    lowest = min(each.low for each in bins)
    along, up = Axis(lowest, 1.0, _LEFT, _RIGHT), Axis(0.0, 1.0, _BOTTOM, _TOP)
    parts = _legend()
    for value in up.ticks(4):
        parts.append(svg.line((_LEFT, up(value)), (_RIGHT, up(value)), "rule" if value else "base"))
        parts.append(svg.text(_LEFT - 6, up(value) + 4, exact_percent(value), "muted", "end"))
    parts.append(svg.line((along(lowest), up(lowest)), (along(1), up(1)), "diagonal"))
    for each in bins:
        parts += _mark(each, along, up)
    parts += _counts(bins, along)
    for value in along.ticks(5):
        x = along(value)
        anchor = "end" if value > 0.99 else "middle"
        parts.append(svg.line((x, _COUNTS_BOTTOM), (x, _COUNTS_BOTTOM + 4), "base"))
        label = svg.text(
            x + 8 * (anchor == "end"), _COUNTS_BOTTOM + 17, exact_percent(value), "muted", anchor
        )
        parts.append(label)
    middle = (_LEFT + _RIGHT) / 2
    words = "probability of the predicted class"
    parts.append(svg.text(middle, _HEIGHT - 4, words, "muted", "middle"))
    return svg.chart(_HEIGHT, description, parts)


def known(bins: Sequence[CalibrationBin]) -> list[CalibrationBin]:
    """Returns the bins that hold examples and are finite."""
    return [
        each
        for each in bins
        if each.examples and math.isfinite(each.confidence) and math.isfinite(each.accuracy)
    ]


def _legend() -> list[Markup]:
    return [
        svg.text(0, _LEGEND + 4, "share right", "muted"),
        svg.line((112, _LEGEND), (130, _LEGEND), "diagonal"),
        svg.text(135, _LEGEND + 4, "as right as sure"),
        svg.circle(256, _LEGEND, _RADIUS, "candidate-mark"),
        svg.text(265, _LEGEND + 4, "bin"),
        svg.circle(304, _LEGEND, _RADIUS, "baseline-mark"),
        svg.text(313, _LEGEND + 4, f"under {FEW}"),
    ]


def _mark(each: CalibrationBin, along: Axis, up: Axis) -> list[Markup]:
    x = along(each.confidence)
    style = "candidate-mark" if each.examples >= FEW else "baseline-mark"
    sure, right = percent(each.confidence), percent(each.accuracy)
    words = f"{each.examples:,} examples: {sure} sure, {right} right"
    return [
        svg.line((x, up(each.confidence)), (x, up(each.accuracy)), "gap"),
        svg.told(svg.circle(x, up(each.accuracy), _RADIUS, style), words),
    ]


def _counts(bins: Sequence[CalibrationBin], along: Axis) -> list[Markup]:
    highest = max(each.examples for each in bins)
    up = from_zero(highest, _COUNTS_BOTTOM, _COUNTS_TOP, 1)
    parts = [svg.text(0, _COUNTS_TOP - 18, "examples", "muted")]
    for value in up.ticks(1):
        parts.append(svg.line((_LEFT, up(value)), (_RIGHT, up(value)), "rule" if value else "base"))
        if value:
            parts.append(svg.text(_LEFT - 6, up(value) + 4, tick(value, up.high), "muted", "end"))
    for each in bins:
        left, right = along(each.low), along(each.high)
        top = up(each.examples)
        bar = svg.rectangle(left + 0.75, top, right - left - 1.5, _COUNTS_BOTTOM - top, "count")
        parts.append(svg.told(bar, f"{each.examples:,} examples"))
    return parts
