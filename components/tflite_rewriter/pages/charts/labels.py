"""Where to write the names of marks that may lie close to each other."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from components.pages import svg
from components.pages.svg import Point

HEIGHT = 14
_MARK = 7
"""From the middle of a mark to what its label must not cover."""
_NEAR = 5, 22
"""Where a label without a line might be taken for another mark's."""
_BESIDE, _ABOVE, _BELOW = 10, -10, 18
"""From the middle of a mark to the label, and to its baseline."""
_OVER = 6
"""How far a label above or below may reach to the other side of its mark."""
_ASCENT = 11
_STEPS = 7
"""How many lines a label may lie away from its mark."""


class Box(NamedTuple):
    """A rectangle in the chart's units."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Returns whether two rectangles have a point in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Returns whether another rectangle lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


class Label(NamedTuple):
    """A line of text beside, above or below its mark."""

    x: float
    y: float
    """Of its baseline."""
    anchor: str
    """What of the text lies at `x`: start, middle or end."""
    box: Box
    away: bool
    """Whether it takes a line to see which mark it belongs to."""


def place(
    marks: Sequence[Point], words: Sequence[str], taken: Sequence[Box], frame: Box
) -> list[Label | None]:
    """Places a label for each mark, the first ones first, so that none covers anything.

    Args:
      marks: their middles.
      words: a label each.
      taken: what else must not be covered.
      frame: in which the labels lie.

    Returns:
      In the order of the marks; None where there is no room.
    """
    covered = [*taken, *(_around(mark, _MARK, _MARK) for mark in marks)]
    labels: list[Label | None] = []
    for mark, content in zip(marks, words, strict=True):
        others = [_around(other, *_NEAR) for other in marks if other != mark]
        label = next(
            (
                place
                for place in _places(mark, svg.width(content))
                if frame.holds(place.box)
                and not any(map(place.box.meets, covered))
                and (place.away or not any(map(place.box.meets, others)))
            ),
            None,
        )
        labels.append(label)
        if label is not None:
            covered.append(label.box)
    return labels


def _places(mark: Point, width: float) -> Iterator[Label]:
    """Yields where a label may lie, the best places first."""
    x, y = mark
    yield _label(x + _BESIDE, y + 4, "start", width, away=False)
    yield _label(x - _BESIDE, y + 4, "end", width, away=False)
    for step in range(_STEPS):
        for baseline in (y + _ABOVE - HEIGHT * step, y + _BELOW + HEIGHT * step):
            yield _label(x, baseline, "middle", width, away=step > 0)
            for shift in (-_OVER, _BESIDE):
                yield _label(x + shift, baseline, "start", width, away=step > 0)
                yield _label(x - shift, baseline, "end", width, away=step > 0)


def _around(mark: Point, across: float, up: float) -> Box:
    x, y = mark
    return Box(x - across, y - up, x + across, y + up)


def _label(x: float, baseline: float, anchor: str, width: float, away: bool) -> Label:
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    top = baseline - _ASCENT
    return Label(x, baseline, anchor, Box(left, top, left + width, top + HEIGHT), away)
