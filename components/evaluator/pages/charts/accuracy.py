"""The accuracy of both models, and the floor that the candidate has to reach."""

import math

from markupsafe import Markup

from components.evaluator.pages.charts import marks
from components.evaluator.report import Comparison
from components.pages import svg
from components.pages.axis import of_shares
from components.pages.formats import exact_percent, percent

_LEFT, _RIGHT = 96, svg.WIDTH - 56
_ROW, _TOP = 30, 24
_TICKS = 3


def draw(comparison: Comparison, floor: float, description: str) -> Markup | None:
    """Draws a row each.

    Args:
      comparison: what is not finite is left out.
      floor: in 0..1; 0 where nothing is asked.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where the candidate's accuracy is not finite.
    """
    accuracy, baseline = comparison.accuracy, comparison.baseline_accuracy
    if not math.isfinite(accuracy.value):
        return None
    values = [accuracy.value, accuracy.low, accuracy.high, baseline, floor or None]
    known = [value for value in values if value is not None and math.isfinite(value)]
    along = of_shares(min(known), max(known), _LEFT, _RIGHT, _TICKS)
    rows = [("candidate", accuracy.value)]
    if baseline is not None:
        rows.append(("baseline", baseline))
    bottom = _TOP + _ROW * len(rows)
    parts = []
    for value in along.ticks(_TICKS):
        x = along(value)
        parts.append(svg.line((x, _TOP), (x, bottom), "rule"))
        parts.append(svg.text(x, bottom + 15, exact_percent(value), "muted", "middle"))
    if floor:
        x = along(floor)
        parts.append(svg.line((x, _TOP - 6), (x, bottom), "threshold"))
        parts.append(marks.label(x, _TOP - 11, f"floor {exact_percent(floor)}", ""))
    for index, (name, value) in enumerate(rows):
        y = _TOP + _ROW * (index + 0.5)
        style = "strong" if name == "candidate" else ""
        parts.append(svg.text(0, y + 4, name, style))
        parts.append(svg.text(svg.WIDTH, y + 4, percent(value), style, "end"))
    middle = _TOP + _ROW / 2
    parts += marks.candidate(accuracy, along, middle, wrong=accuracy.value < floor)
    if baseline is not None and math.isfinite(baseline):
        parts.append(marks.baseline(along(baseline), middle + _ROW))
    return svg.chart(bottom + 22, description, parts)
