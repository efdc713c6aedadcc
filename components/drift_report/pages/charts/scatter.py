"""What the model sees, as points in a plane."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from components.drift_report.pages.charts.legend import HEIGHT as TOP
from components.drift_report.pages.charts.legend import SWATCH, legend
from components.drift_report.report import Map
from components.pages import svg

MAX_POINTS = 400
"""Drawn of a side. More would hide each other, and the page has to stay small."""
_MARGIN = 8
_LOWEST, _HIGHEST = 160, 300
_REFERENCE_RADIUS, _CURRENT_RADIUS = 3.2, 2.2


def draw(plane: Map, description: str) -> Markup | None:
    """Draws the reference as rings and the current examples as dots, equally scaled both ways.

    Args:
      plane: points that are not finite are left out.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where no point is left.
    """
    reference, current = _thin(_finite(plane.reference)), _thin(_finite(plane.current))
    if not reference and not current:
        return None
    across, up = zip(*reference, *current, strict=True)
    width = svg.WIDTH - 2 * _MARGIN
    span_across = (max(across) - min(across)) or 1.0
    span_up = (max(up) - min(up)) or 1.0
    height = min(_HIGHEST, max(_LOWEST, width * span_up / span_across))
    unit = min(width / span_across, height / span_up)
    middle = ((min(across) + max(across)) / 2, (min(up) + max(up)) / 2)

    def place(point: svg.Point) -> svg.Point:
        return (
            svg.WIDTH / 2 + unit * (point[0] - middle[0]),
            TOP + _MARGIN + height / 2 - unit * (point[1] - middle[1]),
        )

    bottom = TOP + height + 2 * _MARGIN
    parts = [
        *legend("2nd principal component ↑", _reference_swatch, _current_swatch),
        svg.rectangle(0.5, TOP, svg.WIDTH - 1, bottom - TOP, "frame"),
        svg.circles(map(place, reference), _REFERENCE_RADIUS, "reference-point"),
        svg.circles(map(place, current), _CURRENT_RADIUS, "current-point"),
        svg.text(svg.WIDTH / 2, bottom + 16, "1st principal component →", "muted", "middle"),
    ]
    return svg.chart(bottom + 22, description, parts)


def _finite(points: Sequence[svg.Point]) -> list[svg.Point]:
    return [point for point in points if all(map(math.isfinite, point))]


def _thin(points: list[svg.Point]) -> list[svg.Point]:
    return points[:: math.ceil(len(points) / MAX_POINTS) or 1]


def _reference_swatch(x: float, y: float) -> Markup:
    return svg.circle(x + SWATCH / 2, y, _REFERENCE_RADIUS + 0.8, "reference-point")


def _current_swatch(x: float, y: float) -> Markup:
    return svg.circle(x + SWATCH / 2, y, _CURRENT_RADIUS + 1.2, "current-point")
