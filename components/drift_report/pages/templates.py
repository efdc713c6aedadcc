"""Fills the templates of the pages, `*.j2`: what a user has named or written is escaped."""

import math
import re
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.drift_report.pages.charts import formats
from components.drift_report.report import Finding
from components.drift_report.titles import title

_MAX_NAME = 200
"""Characters shown of whatever a user has named."""
_MAX_PROSE = 1_000
"""Characters shown of a sentence or two."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What has no place in an HTML file, or in UTF-8 at all; names of files may hold it."""


def fill(template: str, **values: object) -> str:
    """Returns the page that a template makes of values, which can be written in UTF-8."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "percent": formats.percent,
        "round_percent": formats.round_percent,
        "exact_percent": formats.exact_percent,
        "significant": formats.significant,
        "p_value": formats.p_value,
        "name": lambda text: formats.shorten(text, _MAX_NAME),
        "prose": lambda text: formats.shorten(text, _MAX_PROSE),
        "date": date,
        "day": day,
        "title": title,
        "times": _times,
    }
    return _UNPRINTABLE.sub("\ufffd", environment.get_template(template).render(**values))


def date(created: str) -> str:
    """Writes a date and time, ISO 8601 in UTC, such as `12 March 2025, 14:03 UTC`."""
    moment = datetime.fromisoformat(created)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def day(created: str) -> str:
    """Writes the date of a moment, likewise, such as `12 Mar 2025`."""
    moment = datetime.fromisoformat(created)
    return f"{moment.day} {moment:%b %Y}"


def _times(finding: Finding) -> str:
    ratio = finding.times_the_threshold
    if math.isnan(ratio):
        return "unknown"
    # A threshold of 0 has no multiples.
    return "beyond the threshold" if ratio == math.inf else f"{formats.times(ratio)} the threshold"
