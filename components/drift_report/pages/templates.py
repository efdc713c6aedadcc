"""The templates of the drift pages, and the signs in them."""

import math
from pathlib import Path

from components.drift_report.report import Finding, Verdict
from components.drift_report.titles import title
from components.pages import formats
from components.pages.templates import Sign, Templates

SIGNS: dict[Verdict, Sign] = {
    "drift": "alarm",
    "none": "fine",
    "too few examples": "unsure",
    "no reference": "nothing",
}


def _times(finding: Finding) -> str:
    ratio = finding.times_the_threshold
    if math.isnan(ratio):
        return "unknown"
    # A threshold of 0 has no multiples.
    return "beyond the threshold" if ratio == math.inf else f"{formats.times(ratio)} the threshold"


TEMPLATES = Templates(Path(__file__).parent, title=title, times=_times)
