"""How much better or worse the candidate is than the baseline, against what is allowed."""

import math

from markupsafe import Markup

from components.evaluator.pages.charts import marks
from components.evaluator.report import Comparison, Interval
from components.pages import svg
from components.pages.axis import Axis, from_zero
from components.pages.formats import MINUS, signed, tick

_LEFT, _RIGHT = 2, svg.WIDTH - 2
_TOP, _ROW = 40, 34
_TICKS = 4
_LEAST_ROOM = 0.002
_COUNT_LEFT, _COUNT_RIGHT, _COUNT_ROW, _BAR = 152, svg.WIDTH - 60, 24, 9


def draw(difference: Interval, margin: float, description: str) -> Markup | None:
    """Draws the difference on its interval, and what lies below the margin shaded.

    Args:
      difference: candidate minus baseline, in -1..1.
      margin: how far the candidate may lie below, in 0..1.
      description: the chart in words.

    Returns:
      An `<svg>`, or None where the difference is not finite.
    """
    if not math.isfinite(difference.value):
        return None
    along = _axis(difference, margin)
    bottom = _TOP + _ROW
    allowed = along(-margin)
    parts = [svg.rectangle(_LEFT, _TOP, allowed - _LEFT, _ROW, "refused")]
    step = along.step(_TICKS)
    for value in along.ticks(_TICKS):
        parts.append(svg.line((along(value), _TOP), (along(value), bottom), "rule"))
        parts.append(marks.label(along(value), bottom + 15, _written(value, step), "muted"))
    parts += [
        svg.line((along(0), _TOP - 6), (along(0), bottom), "base"),
        svg.line((allowed, _TOP - 22), (allowed, bottom), "threshold"),
        marks.label(allowed, _TOP - 27, f"margin {signed(-margin)}", ""),
        *marks.candidate(difference, along, _TOP + _ROW / 2, wrong=not difference.low > -margin),
    ]
    if margin:
        parts.append(marks.label(along(0), _TOP - 11, "as good", ""))
    return svg.chart(bottom + 22, description, parts)


def draw_counts(comparison: Comparison, description: str) -> Markup:
    """Draws how many examples only one of the two models has right, as bars.

    Args:
      comparison: with a baseline.
      description: the chart in words.
    """
    rows = [
        ("only candidate right", comparison.only_candidate_right, "candidate-bar"),
        ("only baseline right", comparison.only_baseline_right, "baseline-bar"),
    ]
    along = from_zero(max(count for _, count, _ in rows), _COUNT_LEFT, _COUNT_RIGHT, 1)
    parts = []
    for index, (name, count, style) in enumerate(rows):
        y = _COUNT_ROW * (index + 0.5)
        parts += [
            svg.text(0, y + 4, name),
            svg.rectangle(_COUNT_LEFT, y - _BAR / 2, along(count) - _COUNT_LEFT, _BAR, style),
            svg.text(svg.WIDTH, y + 4, f"{count:,}", "strong", "end"),
        ]
    parts.append(svg.line((_COUNT_LEFT, 2), (_COUNT_LEFT, 2 * _COUNT_ROW - 2), "base"))
    return svg.chart(2 * _COUNT_ROW, description, parts)


def _axis(difference: Interval, margin: float) -> Axis:
    values = [-margin, 0.0, difference.value, difference.low, difference.high]
    known = list(filter(math.isfinite, values))
    low, high = min(known), max(known)
    room = max(_LEAST_ROOM, 0.12 * (high - low))
    return Axis(max(-1.0, low - room), min(1.0, high + room), _LEFT, _RIGHT)


def _written(value: float, step: float) -> str:
    written = tick(abs(100 * value), 100 * step)
    if not float(written):
        return "0"
    return f"{'+' if value > 0 else MINUS}{written}"
