"""What accuracy costs: each variant at its size or latency, and at what it gains or loses."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from components.pages import svg
from components.pages.axis import Axis
from components.pages.formats import MINUS, tick
from components.tflite_rewriter.compare import Interval
from components.tflite_rewriter.pages.charts import labels
from components.tflite_rewriter.pages.charts.labels import Box, Label
from components.tflite_rewriter.pages.charts.span import span
from components.tflite_rewriter.report import Status

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 306, 22, 236
_HEIGHT = 284
_TICKS, _MOST_TICKS = 5, 6
_ROOM = 1.08
"""Factor by which the axis goes beyond the outermost marks at least."""
_RADIUS, _RING, _ARM = 4.5, 8.5, 4.2
_LINES_APART = 16
_BEYOND = 12
"""How far inside the frame a mark lies whose place would be outside; an arrow points there."""


@dataclass(frozen=True)
class Tried:
    """A variant that answered."""

    name: str
    number: int
    """Its row in the table."""
    cost: float
    """Above 0."""
    difference: Interval
    """Its accuracy minus that of the SavedModel."""
    status: Status
    blessed: bool


class Tradeoff:
    """Variants in a plane: what they cost, on a logarithmic axis, against their difference."""

    def __init__(self, tried: Sequence[Tried], max_drop: float, unit: str) -> None:
        """Takes the variants, at least one.

        Args:
          tried: in the order of the table.
          max_drop: the tolerance, in 0..1.
          unit: of their costs.
        """
        # The blessed one is drawn over the others, and has the best place for its label.
        self._tried = sorted(tried, key=lambda each: not each.blessed)
        self._max_drop = max_drop
        self._unit = unit
        first, last, self._ticks = _logarithmic([each.cost for each in tried])
        self._along = Axis(math.log10(first), math.log10(last), _LEFT, _RIGHT)
        self._up = Axis(*span([each.difference for each in tried], max_drop), _BOTTOM, _TOP)
        self._marks = [self._middle(each) for each in self._tried]

    def has_room_for_names(self) -> bool:
        """Returns whether all marks can have their name beside them."""
        return None not in self._labels([each.name for each in self._tried])

    def draw(self, by_name: bool, description: str) -> Markup:
        """Draws the plane.

        Args:
          by_name: whether marks have their names beside them, or their numbers.
          description: the chart in words.
        """
        words = [each.name if by_name else str(each.number) for each in self._tried]
        labelled = list(zip(words, self._labels(words), self._marks, self._tried, strict=True))
        parts = self._ground()
        for _, label, mark, _ in labelled:
            if label is not None and label.away:
                parts.append(svg.line(mark, _nearest(label, mark), "leader"))
        for _, _, mark, each in reversed(labelled):
            parts.append(svg.told(Markup("").join(self._mark(mark, each)), each.name))
        for content, label, _, each in labelled:
            if label is not None:
                style = "label strong" if each.blessed else "label"
                parts.append(svg.text(label.x, label.y, content, style, label.anchor))
        return svg.chart(_HEIGHT, description, parts)

    def _middle(self, each: Tried) -> svg.Point:
        y = self._up(each.difference.value) - _BEYOND * self._beyond(each)
        return self._along(math.log10(each.cost)), y

    def _beyond(self, each: Tried) -> int:
        """Returns 1 below the lowest difference that is shown, -1 above the highest, or else 0."""
        return (each.difference.value < self._up.low) - (each.difference.value > self._up.high)

    def _labels(self, words: Sequence[str]) -> list[Label | None]:
        frame = Box(2, 2, svg.WIDTH - 2, _BOTTOM - 2)
        taken = [Box(_RIGHT + 2, y - 13, svg.WIDTH, y + 3) for y, _ in self._line_labels()]
        lines = (self._up(0.0), self._up(-self._max_drop))
        taken += [Box(_LEFT, y - 1, _RIGHT, y + 1) for y in lines]
        return labels.place(self._marks, words, taken, frame)

    def _line_labels(self) -> list[tuple[float, str]]:
        """Returns the baselines of the two lines' names, far enough apart to be read."""
        zero, allowed = self._up(0.0) + 4, self._up(-self._max_drop) + 4
        overlap = max(0.0, _LINES_APART - (allowed - zero)) / 2
        return [(zero - overlap, "SavedModel"), (allowed + overlap, "tolerance")]

    def _ground(self) -> list[Markup]:
        up, allowed = self._up, self._up(-self._max_drop)
        parts = [svg.rectangle(_LEFT, allowed, _RIGHT - _LEFT, _BOTTOM - allowed, "refused")]
        step = up.step(_TICKS)
        for value in up.ticks(_TICKS):
            parts.append(svg.line((_LEFT, up(value)), (_RIGHT, up(value)), "rule"))
            words = _points(value, step)
            parts.append(svg.text(_LEFT - 6, up(value) + 4, words, "muted", "end"))
        for cost in self._ticks:
            x = self._along(math.log10(cost))
            parts.append(svg.line((x, _TOP), (x, _BOTTOM), "rule"))
            parts.append(svg.text(x, _BOTTOM + 17, f"{cost:,g}", "muted", "middle"))
        parts += [
            svg.line((_LEFT, up(0.0)), (_RIGHT, up(0.0)), "base"),
            svg.line((_LEFT, allowed), (_RIGHT, allowed), "threshold"),
            svg.text(0, 10, "points of accuracy", "muted"),
            svg.text((_LEFT + _RIGHT) / 2, _HEIGHT - 8, self._unit, "muted", "middle"),
        ]
        parts += [svg.text(_RIGHT + 6, y, words, "muted") for y, words in self._line_labels()]
        return parts

    def _mark(self, mark: svg.Point, each: Tried) -> list[Markup]:
        x, y = mark
        difference, up = each.difference, self._up
        parts = [svg.line((x, up(difference.low)), (x, up(difference.high)), "whisker")]
        if each.status == "not within":
            parts += [
                svg.line((x - _ARM, y - turn * _ARM), (x + _ARM, y + turn * _ARM), "cross")
                for turn in (1, -1)
            ]
        else:
            style = "kept-mark" if each.status == "within" else "hollow-mark"
            parts.append(svg.circle(x, y, _RADIUS, style))
        if each.blessed:
            parts.append(svg.circle(x, y, _RING, "ring"))
        if turn := self._beyond(each):
            tip = y + turn * _BEYOND
            back = tip - turn * _RADIUS
            corners = [(x - _RADIUS, back), (x, tip), (x + _RADIUS, back)]
            parts.append(svg.polyline(corners, "beyond"))
        return parts


def _nearest(label: Label, mark: svg.Point) -> svg.Point:
    box = label.box
    # The box is as wide as the text gets at most, so that its far end may be empty.
    x = label.x if label.anchor == "middle" else min(max(mark[0], box.left + 4), box.right - 4)
    return (x, box.bottom - 1) if box.bottom <= mark[1] else (x, box.top)


def _points(value: float, step: float) -> str:
    written = tick(abs(100 * value), 100 * step)
    if not float(written):
        return "0"
    return f"{'+' if value > 0 else MINUS}{written}"


def _logarithmic(values: Sequence[float]) -> tuple[float, float, list[float]]:
    """Returns the ends of an axis, which are 1, 2 or 5 times a power of ten, and the ticks: all
    such numbers, or the powers alone, where they would be many."""
    low, high = min(values) / _ROOM, max(values) * _ROOM
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [nice * 10.0**power for power in powers for nice in (1, 2, 5)]
    first = max(value for value in fine if value <= low)
    last = min(value for value in fine if value >= high)
    ticks = [value for value in fine if first <= value <= last]
    if len(ticks) <= _MOST_TICKS:
        return first, last, ticks
    return first, last, [value for value in (10.0**p for p in powers) if first <= value <= last]
