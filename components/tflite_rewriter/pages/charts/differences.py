"""Differences of accuracy on one axis, a row each, against the tolerance."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from components.pages import stretched
from components.pages.axis import Axis
from components.tflite_rewriter.compare import Interval
from components.tflite_rewriter.pages.charts.span import span

_LABEL_ROOM = 0.36
"""Share of the width that a line's label takes beside it."""
_CAP, _RADIUS = 8, 4.5


@dataclass(frozen=True)
class Differences:
    """The axis of all rows, in per cent of a row's width."""

    along: Axis
    max_drop: float
    """How much accuracy may be lost, in 0..1."""


def of_rows(differences: Sequence[Interval], max_drop: float) -> Differences:
    """Returns the axis, with room for the label of the tolerance's line to the left of it, and for
    that of the SavedModel's to the right.

    Args:
      differences: from the SavedModel's accuracy.
      max_drop: the tolerance, in 0..1.
    """
    low, high = span(differences, max_drop)
    # Where both ends have to give way, the labels take all but what lies between the lines.
    narrowest = max_drop / (1 - 2 * _LABEL_ROOM)
    low = min(low, -max_drop - _LABEL_ROOM * narrowest)
    high = max(high, _LABEL_ROOM * narrowest, -_LABEL_ROOM * low / (1 - _LABEL_ROOM))
    low = min(low, (-max_drop - _LABEL_ROOM * high) / (1 - _LABEL_ROOM))
    return Differences(Axis(low, high, 0.0, 100.0), max_drop)


def draw(difference: Interval | None, among: Differences, wrong: bool) -> Markup:
    """Draws a difference on its interval; what lies beyond the axis is hollow, at its edge.

    Args:
      difference: from the SavedModel's accuracy; None draws the lines alone.
      among: the axis.
      wrong: whether it speaks against the variant.

    Returns:
      An `<svg>` that stretches to any width.
    """
    along = among.along
    parts = [
        stretched.upright(along(0.0), stretched.HEIGHT, "base"),
        stretched.upright(along(-among.max_drop), stretched.HEIGHT, "threshold"),
    ]
    if difference is not None:
        style = " wrong" if wrong else ""
        low, high = difference.low, difference.high
        ends = [(along(end), stretched.MIDDLE) for end in (low, high)]
        parts.append(stretched.line(*ends, f"interval{style}"))
        parts += [
            stretched.upright(along(end), _CAP, f"interval{style}")
            for end in (low, high)
            if along.low <= end <= along.high
        ]
        mark = "kept-mark" if along.low <= difference.value <= along.high else "hollow-mark"
        parts.append(stretched.circle(along(difference.value), _RADIUS, f"{mark}{style}"))
    return stretched.chart(parts)
