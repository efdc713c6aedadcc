"""How examples divide into classes, as pairs of bars."""

from markupsafe import Markup

from components.drift_report.pages.charts import rows
from components.drift_report.pages.charts.legend import SWATCH
from components.drift_report.report import Mix
from components.pages import svg
from components.pages.axis import Axis

_BAR = 9


def draw(mix: Mix, description: str) -> Markup | None:
    """Draws the reference as outlined bars above the current examples' filled ones.

    Returns:
      An `<svg>` of the classes that moved most, or None where there are none.
    """
    shown, _ = rows.moved_most(mix)
    if not shown:
        return None
    swatches = (_reference_swatch, _current_swatch)
    return rows.draw(shown, "share of examples", description, 2 * _BAR + 11, swatches, _bars)


def _bars(row: rows.Row, y: float, along: Axis) -> list[Markup]:
    start = along(0)
    return [
        svg.rectangle(start, y - _BAR - 0.5, along(row.reference) - start, _BAR, "reference-bar"),
        svg.rectangle(start, y + 0.5, along(row.current) - start, _BAR, "current-bar"),
    ]


def _reference_swatch(x: float, y: float) -> Markup:
    return svg.rectangle(x, y - _BAR / 2, SWATCH, _BAR, "reference-bar")


def _current_swatch(x: float, y: float) -> Markup:
    return svg.rectangle(x, y - _BAR / 2, SWATCH, _BAR, "current-bar")
