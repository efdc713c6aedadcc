"""Names down the left, marks in the middle, both shares in figures on the right."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from components.drift_report.pages.charts.legend import HEIGHT as TOP
from components.drift_report.pages.charts.legend import Swatch, legend
from components.drift_report.report import Mix, Words
from components.pages import svg
from components.pages.axis import Axis, from_zero
from components.pages.formats import exact_percent, percent

MAX_ROWS = 12
_RIGHT = 284
_NARROWEST, _WIDEST = 40, 144
"""Room for the names."""
_TICKS = 2


class Row(NamedTuple):
    """A name and its share of the examples on both sides, both finite."""

    name: str
    reference: float
    current: float

    @property
    def moved(self) -> float:
        """How far, in either direction."""
        return abs(self.current - self.reference)


def finite_rows(chart: Mix | Words) -> list[Row]:
    """Returns a chart's rows. A share that is not finite is taken for 0."""
    return [
        Row(name, *(share if math.isfinite(share) else 0.0 for share in shares))
        for name, *shares in zip(chart.names, chart.reference, chart.current, strict=True)
    ]


def moved_most(mix: Mix) -> tuple[list[Row], list[Row]]:
    """Parts classes into the `MAX_ROWS` that moved most, that one first, and the others."""
    rows = sorted(finite_rows(mix), key=lambda row: row.moved, reverse=True)
    return rows[:MAX_ROWS], rows[MAX_ROWS:]


def draw(
    rows: Sequence[Row],
    title: str,
    description: str,
    height: float,
    swatches: tuple[Swatch, Swatch],
    mark: Callable[[Row, float, Axis], list[Markup]],
) -> Markup:
    """Draws rows on a common axis from 0.

    Args:
      rows: at least one.
      title: what the shares are shares of.
      description: the chart in words.
      height: of a row.
      swatches: marks of the reference and of the current side.
      mark: draws a row, given the height of its middle and the axis.
    """
    longest = max(svg.width(row.name) for row in rows)
    room = min(_WIDEST, max(_NARROWEST, longest))
    highest = max(max(row.reference, row.current) for row in rows)
    along = from_zero(highest, room + 8, _RIGHT, _TICKS)
    bottom = TOP + height * len(rows)
    parts = legend(title, *swatches)
    for value in along.ticks(_TICKS):
        x = along(value)
        parts.append(svg.line((x, TOP), (x, bottom), "rule" if value else "base"))
        parts.append(svg.text(x, bottom + 15, exact_percent(value), "muted", "middle"))
    for index, row in enumerate(rows):
        y = TOP + height * (index + 0.5)
        parts.append(svg.name(room, y + 4, row.name, room))
        parts += mark(row, y, along)
        figures = f"{percent(row.reference)} → {percent(row.current)}"
        parts.append(svg.text(svg.WIDTH, y + 4, figures, anchor="end"))
    return svg.chart(bottom + 22, description, parts)
