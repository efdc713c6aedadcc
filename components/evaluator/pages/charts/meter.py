"""A share as a bar, and the baseline's as a line across it."""

import math

from markupsafe import Markup

from components.pages import stretched


def draw(share: float, baseline: float | None) -> Markup:
    """Draws shares in 0..1; those that are not finite are left out."""
    parts = [stretched.line((0, stretched.MIDDLE), (100, stretched.MIDDLE), "rule")]
    if math.isfinite(share):
        parts.append(stretched.bar(100 * share, 6, "count"))
    if baseline is not None and math.isfinite(baseline):
        parts.append(stretched.upright(100 * baseline, 16, "threshold"))
    return stretched.chart(parts)
