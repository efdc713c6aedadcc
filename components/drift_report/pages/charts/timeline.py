"""How something went from one report to the next, oldest on the left."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from components.drift_report.report import AccuracyEstimate
from components.pages import svg
from components.pages.axis import Axis, of_shares
from components.pages.formats import exact_percent, percent, times

_LEFT, _RIGHT, _TOP = 44, svg.WIDTH - 10, 28
_BOTTOM, _HEIGHT = 138, 164
_ACCURACY_BOTTOM, _ACCURACY_HEIGHT = 178, 204
_LEAST, _MOST = 2, 5
_LABELS = 4
_LABEL_AT = 9
_TICKS = 3
_END = 7


class Distance(NamedTuple):
    """How far something moved in one of the reports."""

    ratio: float
    """In thresholds; NaN where it was not compared."""
    drifted: bool


def distances(names: Sequence[str], moved: Sequence[Distance], description: str) -> Markup | None:
    """Draws a line, with triangles where it drifted and rings where not, and the threshold.

    Args:
      names: of the reports, at least one.
      moved: in each of them; beyond five thresholds a mark lies on the upper edge.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where no ratio is known.
    """
    known = [each.ratio for each in moved if not math.isnan(each.ratio)]
    if not known:
        return None
    top = max(_LEAST, math.ceil(min(max(known), _MOST)))
    up = Axis(0.0, top, _BOTTOM, _TOP)
    along = _along(len(names))
    beyond = "≥ " if max(known) > top else ""
    parts = [
        _ring(_LEFT + 6, _LABEL_AT),
        svg.text(_LEFT + 17, _LABEL_AT + 4, "within chance"),
        _triangle(_LEFT + 146, _LABEL_AT),
        svg.text(_LEFT + 158, _LABEL_AT + 4, "drifted"),
        svg.line((_LEFT, up(top)), (_RIGHT, up(top)), "rule"),
        svg.text(_LEFT - 6, up(top) + 4, f"{beyond}{top}×", "muted", "end"),
        svg.line((_LEFT, up(0)), (_RIGHT, up(0)), "base"),
        svg.text(_LEFT - 6, up(0) + 4, "0", "muted", "end"),
        svg.line((_LEFT, up(1)), (_RIGHT, up(1)), "threshold"),
        svg.text(_LEFT - 6, up(1) + 4, "1×", "strong", "end"),
        *_names(names, along, _BOTTOM),
        *_line([each.ratio for each in moved], along, up, "trend"),
    ]
    for place, (name, each) in enumerate(zip(names, moved, strict=True)):
        if not math.isnan(each.ratio):
            mark = _triangle if each.drifted else _ring
            said = "beyond the threshold" if math.isinf(each.ratio) else times(each.ratio)
            parts.append(svg.told(mark(along(place), up(each.ratio)), f"{name}: {said}"))
    return svg.chart(_HEIGHT, description, parts)


def accuracies(
    names: Sequence[str], estimates: Sequence[AccuracyEstimate | None], description: str
) -> Markup | None:
    """Draws what was expected as dots on their intervals, and what was measured as squares.

    Args:
      names: of the reports, at least one.
      estimates: of each of them; None where no model was in service.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where there is no estimate.
    """
    present = [each for each in estimates if each and math.isfinite(each.current)]
    if not present:
        return None
    values = [v for e in present for v in (e.reference, e.current, e.low, e.high, e.measured)]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    up = of_shares(min(finite), max(finite), _ACCURACY_BOTTOM, _TOP, _TICKS)
    along = _along(len(names))
    parts = [
        svg.line((_LEFT, _LABEL_AT), (_LEFT + 23, _LABEL_AT), "reference-line"),
        svg.text(_LEFT + 29, _LABEL_AT + 4, "reference"),
        svg.circle(_LEFT + 130, _LABEL_AT, 4.5, "current-mark"),
        svg.text(_LEFT + 141, _LABEL_AT + 4, "expected"),
        _square(_LEFT + 242, _LABEL_AT),
        svg.text(_LEFT + 254, _LABEL_AT + 4, "measured"),
    ]
    for value in up.ticks(_TICKS):
        parts.append(svg.line((_LEFT, up(value)), (_RIGHT, up(value)), "rule"))
        parts.append(svg.text(_LEFT - 6, up(value) + 4, exact_percent(value), "muted", "end"))
    parts += _names(names, along, _ACCURACY_BOTTOM)
    known = [each.reference if each else math.nan for each in estimates]
    parts += _line(known, along, up, "reference-line", ends=_END)
    parts += _line([e.current if e else math.nan for e in estimates], along, up, "tie")
    for place, (name, each) in enumerate(zip(names, estimates, strict=True)):
        if each in present:
            parts += _accuracy_marks(name, each, along(place), up)
    return svg.chart(_ACCURACY_HEIGHT, description, parts)


def _accuracy_marks(name: str, estimate: AccuracyEstimate, x: float, up: Axis) -> Iterator[Markup]:
    if math.isfinite(estimate.low) and math.isfinite(estimate.high):
        yield svg.line((x, up(estimate.low)), (x, up(estimate.high)), "tie")
    expected = svg.circle(x, up(estimate.current), 4.5, "current-mark")
    yield svg.told(expected, f"{name}: about {percent(estimate.current)} expected")
    if estimate.measured is not None and math.isfinite(estimate.measured):
        square = _square(x, up(estimate.measured))
        yield svg.told(square, f"{name}: {percent(estimate.measured)} measured")


def _along(count: int) -> Axis:
    # A single report lies in the middle.
    return Axis(0, count - 1, _LEFT + 10, _RIGHT - 10)


def _names(names: Sequence[str], along: Axis, bottom: float) -> Iterator[Markup]:
    count = min(_LABELS, len(names))
    places = sorted({round(i * (len(names) - 1) / max(1, count - 1)) for i in range(count)})
    room = (_RIGHT - _LEFT) / len(places)
    for place in places:
        anchor = "middle"
        if len(places) > 1 and place in (places[0], places[-1]):
            anchor = "start" if place == places[0] else "end"
        x = along(place) + {"start": -10, "middle": 0, "end": 10}[anchor]
        yield svg.line((along(place), bottom), (along(place), bottom + 4), "base")
        yield svg.name(x, bottom + 18, names[place], room, "muted", anchor)


def _line(
    values: Sequence[float], along: Axis, up: Axis, style: str, ends: float = 0
) -> Iterator[Markup]:
    """Yields lines through the values that are known, broken where one is not.

    Args:
      values: NaN is not known.
      along: places of the values.
      up: the values' own.
      style: of the lines.
      ends: how far each goes on to both sides, so that a value that stands alone has one.
    """
    points = enumerate(values)
    for known, run in groupby(points, key=lambda point: not math.isnan(point[1])):
        corners = [(along(place), up(value)) for place, value in run] if known else []
        if ends and corners:
            (left, first), (right, last) = corners[0], corners[-1]
            corners = [(left - ends, first), *corners, (right + ends, last)]
        if len(corners) > 1:
            yield svg.polyline(corners, style)


def _ring(x: float, y: float) -> Markup:
    return svg.circle(x, y, 3.6, "reference-mark")


def _triangle(x: float, y: float) -> Markup:
    return svg.polygon([(x, y - 6), (x + 5.5, y + 4), (x - 5.5, y + 4)], "current-mark")


def _square(x: float, y: float) -> Markup:
    return svg.rectangle(x - 5, y - 5, 10, 10, "measured-mark")
