"""The model's accuracy: on the reference, as guessed, and as measured."""

import math

from markupsafe import Markup

from components.drift_report.report import AccuracyEstimate
from components.pages import svg
from components.pages.axis import Axis, of_shares
from components.pages.formats import exact_percent, percent

_LEFT, _RIGHT = 96, svg.WIDTH - 56
_ROW = 30
_TOP = 8
_TICKS = 3


def draw(estimate: AccuracyEstimate, description: str) -> Markup | None:
    """Draws one row each: a hollow mark, a solid one on its interval, a hollow square.

    Args:
      estimate: what is not finite is left out.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where neither accuracy is finite.
    """
    measured = math.nan if estimate.measured is None else estimate.measured
    values = [estimate.reference, estimate.current, estimate.low, estimate.high, measured]
    values = [value for value in values if math.isfinite(value)]
    if not any(map(math.isfinite, (estimate.reference, estimate.current))):
        return None
    along = of_shares(min(values), max(values), _LEFT, _RIGHT, _TICKS)
    rows = [("reference", estimate.reference), ("estimate", estimate.current)]
    if math.isfinite(measured):
        rows.append(("measured", measured))
    bottom = _TOP + _ROW * len(rows)
    parts = []
    for value in along.ticks(_TICKS):
        x = along(value)
        parts.append(svg.line((x, _TOP), (x, bottom), "rule"))
        parts.append(svg.text(x, bottom + 15, exact_percent(value), "muted", "middle"))
    for index, (name, value) in enumerate(rows):
        y = _TOP + _ROW * (index + 0.5)
        style = "strong" if name == "estimate" else ""
        parts.append(svg.text(0, y + 4, name, style))
        parts.append(svg.text(svg.WIDTH, y + 4, percent(value), style, "end"))
        if math.isfinite(value):
            parts += _mark(name, along(value), y, along, estimate)
    return svg.chart(bottom + 22, description, parts)


def _mark(name: str, x: float, y: float, along: Axis, estimate: AccuracyEstimate) -> list[Markup]:
    if name == "reference":
        return [svg.circle(x, y, 5, "reference-mark")]
    if name == "measured":
        return [svg.rectangle(x - 5, y - 5, 10, 10, "reference-mark")]
    if not math.isfinite(estimate.low) or not math.isfinite(estimate.high):
        return [svg.circle(x, y, 5.5, "current-mark")]
    low, high = along(estimate.low), along(estimate.high)
    return [
        svg.line((low, y), (high, y), "tie"),
        svg.line((low, y - 5), (low, y + 5), "tie"),
        svg.line((high, y - 5), (high, y + 5), "tie"),
        svg.circle(x, y, 5.5, "current-mark"),
    ]
