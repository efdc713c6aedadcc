"""How far something moved, as a bar against its threshold."""

import math
from collections.abc import Iterable

from markupsafe import Markup

from components.drift_report.report import Finding
from components.pages import svg

_LEAST, _MOST = 2.0, 8.0
_HEIGHT = 12


def reach(findings: Iterable[Finding]) -> float:
    """Returns how many thresholds wide the bars' common axis is; longer ones are cut off."""
    ratios = [finding.times_the_threshold for finding in findings]
    furthest = max((r for r in ratios if not math.isnan(r)), default=_LEAST)
    return min(_MOST, max(_LEAST, furthest * 1.05))


def draw(finding: Finding, end: float) -> Markup:
    """Draws a bar, solid where it drifted and hollow where not, and the threshold as a line.

    Args:
      finding: without a bar if its distance or its threshold is not finite.
      end: `reach` of all findings.

    Returns:
      An `<svg>` that stretches to any width and says nothing that the text beside it doesn't.
    """
    moved = finding.times_the_threshold
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
