"""One comparison of two samples, before it is judged."""

from dataclasses import dataclass

from components.drift_report.calibration import Comparison, Drawn
from components.drift_report.report import Histogram, Map, Mix, Words

LEADING = 4.0
"""Weight of the two comparisons that the others stand behind: what the model sees as a whole, which
alone shows what changes little at a time, such as noise; and the labels, which are the task."""


@dataclass(frozen=True)
class Measure:
    """Something that both samples have, ready to be judged and to be shown."""

    name: str
    statistic: str
    """Name of the distance, in words."""
    comparison: Comparison | Drawn
    summary: str
    """What moved, in words."""
    chart: Histogram | Mix | Words | Map
