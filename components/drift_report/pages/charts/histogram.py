"""Two distributions of a number on top of each other."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from components.drift_report.pages.charts.legend import HEIGHT as TOP
from components.drift_report.pages.charts.legend import SWATCH, legend
from components.drift_report.report import Histogram
from components.pages import svg
from components.pages.axis import Axis, from_zero
from components.pages.formats import exact_percent, tick

_LEFT, _RIGHT, _BOTTOM, _HEIGHT = 44, svg.WIDTH - 8, 186, 230
_TICKS_UP, _TICKS_ALONG = 3, 4


def draw(histogram: Histogram, quantity: str, description: str) -> Markup | None:
    """Draws the reference as a dashed outline over the current examples' filled one.

    Args:
      histogram: bins without finite edges are left out, shares that are not finite are 0.
      quantity: what the number is, and its unit.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where no bin is left.
    """
    bins = _finite_bins(histogram)
    if not bins:
        return None
    along = Axis(bins[0][0], bins[-1][1], _LEFT, _RIGHT)
    highest = max(max(reference, current) for _, _, reference, current in bins)
    up = from_zero(highest, _BOTTOM, TOP, _TICKS_UP)
    reference = _outline([(a, b, share) for a, b, share, _ in bins], along, up)
    current = _outline([(a, b, share) for a, b, _, share in bins], along, up)
    parts = legend("share of examples", _reference_swatch, _current_swatch)
    parts += _rulers(up)
    parts += [
        svg.polygon(current, "current-area"),
        svg.polyline(current, "current-line"),
        svg.polyline(reference, "reference-line"),
    ]
    parts += _scale(along, quantity)
    return svg.chart(_HEIGHT, description, parts)


def _finite_bins(histogram: Histogram) -> list[tuple[float, float, float, float]]:
    sides = zip(histogram.reference, histogram.current, strict=True)
    intervals = zip(histogram.edges[:-1], histogram.edges[1:], sides, strict=True)
    return [
        (low, high, *(share if math.isfinite(share) else 0.0 for share in shares))
        for low, high, shares in intervals
        if math.isfinite(low) and math.isfinite(high)
    ]


def _outline(bins: Sequence[tuple[float, float, float]], along: Axis, up: Axis) -> list[svg.Point]:
    first, last = bins[0][0], bins[-1][1]
    steps = [(along(edge), up(share)) for low, high, share in bins for edge in (low, high)]
    # A single value has no width; it is drawn as a bar over the whole chart.
    if last <= first:
        steps = [(_LEFT + 1.0, steps[0][1]), (_RIGHT - 1.0, steps[0][1])]
    return [(steps[0][0], up(0)), *steps, (steps[-1][0], up(0))]


def _rulers(up: Axis) -> list[Markup]:
    rulers = []
    for value in up.ticks(_TICKS_UP):
        y = up(value)
        rulers.append(svg.line((_LEFT, y), (_RIGHT, y), "rule" if value else "base"))
        rulers.append(svg.text(_LEFT - 6, y + 4, exact_percent(value), "muted", "end"))
    return rulers


def _scale(along: Axis, quantity: str) -> list[Markup]:
    step = along.step(_TICKS_ALONG)
    values = along.ticks(_TICKS_ALONG) if along.high > along.low else [along.low]
    scale = [
        svg.name((_LEFT + _RIGHT) / 2, _HEIGHT - 7, quantity, _RIGHT - _LEFT, "muted", "middle"),
    ]
    for value in values:
        x = along(value)
        scale.append(svg.line((x, _BOTTOM), (x, _BOTTOM + 4), "base"))
        # The outermost labels would leave the chart if they stood in the middle.
        anchor = "end" if x > _RIGHT - 14 else "middle"
        x = min(x + 12, svg.WIDTH) if anchor == "end" else x
        scale.append(svg.text(x, _BOTTOM + 17, tick(value, step), "muted", anchor))
    return scale


def _reference_swatch(x: float, y: float) -> Markup:
    return svg.line((x, y), (x + SWATCH, y), "reference-line")


def _current_swatch(x: float, y: float) -> Markup:
    return svg.rectangle(x, y - 5, SWATCH, 10, "current-area current-line")
