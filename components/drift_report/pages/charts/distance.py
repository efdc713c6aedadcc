"""How far something moved, as a bar against its threshold."""

import math
from collections.abc import Iterable

from markupsafe import Markup

from components.drift_report.pages.charts import svg
from components.drift_report.report import Finding

_LEAST, _MOST = 2.0, 8.0
_HEIGHT = 12


def ratio(finding: Finding) -> float:
    """Returns the distance in multiples of the threshold: NaN if unknown, ∞ if that is 0."""
    if not math.isfinite(finding.distance) or not math.isfinite(finding.threshold):
        return math.nan
    if finding.threshold <= 0:
        return math.inf if finding.distance > 0 else 0.0
    return max(0.0, finding.distance / finding.threshold)


def reach(findings: Iterable[Finding]) -> float:
    """Returns how many thresholds wide the bars' common axis is; longer ones are cut off."""
    furthest = max((r for r in map(ratio, findings) if not math.isnan(r)), default=_LEAST)
    return min(_MOST, max(_LEAST, furthest * 1.05))


def draw(finding: Finding, end: float) -> Markup:
    """Draws a bar, solid where it drifted and hollow where not, and the threshold as a line.

    Args:
      finding: without a bar if its distance or its threshold is not finite.
      end: `reach` of all findings.

    Returns:
      An `<svg>` that stretches to any width and says nothing that the text beside it doesn't.
    """
    moved = ratio(finding)
    known = not math.isnan(moved)
    cut = known and moved > end
    length = svg.WIDTH * min(moved, end) / end if known else 0.0
    threshold = svg.WIDTH / end
    style = "current-bar" if finding.drifted else "reference-bar"
    parts = [
        svg.line((0, _HEIGHT - 0.5), (svg.WIDTH, _HEIGHT - 0.5), "rule"),
    ]
    if cut:
        # Two pieces with a gap: the bar goes on beyond the axis.
        parts.append(svg.rectangle(0, 2, length - 16, 8, style))
        parts.append(svg.rectangle(length - 10, 2, 10, 8, style))
    elif known:
        parts.append(svg.rectangle(0, 2, length, 8, style))
    parts.append(svg.line((threshold, 0), (threshold, _HEIGHT), "threshold"))
    return Markup(
        '<svg class="bar" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>"
    ).format(svg.WIDTH, _HEIGHT, Markup("").join(parts))
