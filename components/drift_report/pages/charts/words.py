"""In which share of the texts words occur, as dumbbells."""

from markupsafe import Markup

from components.drift_report.pages.charts import rows
from components.drift_report.pages.charts.legend import SWATCH
from components.drift_report.report import Words
from components.pages import svg
from components.pages.axis import Axis

_RADIUS = 4.5


def draw(words: Words, description: str) -> Markup | None:
    """Draws the reference as hollow marks, tied to the current examples' solid ones.

    Returns:
      An `<svg>` of the first `MAX_ROWS` words, those that moved most, or None where there are none.
    """
    shown = rows.finite_rows(words)[: rows.MAX_ROWS]
    if not shown:
        return None
    swatches = (_reference_swatch, _current_swatch)
    return rows.draw(shown, "share of texts", description, 23, swatches, _dumbbell)


def _dumbbell(row: rows.Row, y: float, along: Axis) -> list[Markup]:
    reference, current = along(row.reference), along(row.current)
    return [
        svg.line((reference, y), (current, y), "tie"),
        svg.circle(reference, y, _RADIUS, "reference-mark"),
        svg.circle(current, y, _RADIUS, "current-mark"),
    ]


def _reference_swatch(x: float, y: float) -> Markup:
    return svg.circle(x + SWATCH / 2, y, _RADIUS, "reference-mark")


def _current_swatch(x: float, y: float) -> Markup:
    return svg.circle(x + SWATCH / 2, y, _RADIUS, "current-mark")
