"""Fills the templates of pages, `*.j2`: what a user has named or written is escaped."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.pages import formats

Sign = Literal["alarm", "fine", "unsure", "nothing"]
"""What a page shows beside a verdict; `signs.html.j2` draws it."""
_MAX_NAME = 200
"""Characters shown of whatever a user has named."""
_MAX_PROSE = 1_000
"""Characters shown of a sentence or two."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What has no place in an HTML file, or in UTF-8 at all; names of files may hold it."""


class Templates:
    """The templates of a folder, and those beside this file for them to extend and import."""

    def __init__(self, folder: Path, **filters: Callable[..., Any]) -> None:
        """Takes the folder, and filters beyond those that write names, numbers and dates."""
        self._environment = Environment(
            loader=FileSystemLoader([folder, Path(__file__).parent]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters |= {
            "percent": formats.percent,
            "round_percent": formats.round_percent,
            "exact_percent": formats.exact_percent,
            "points": formats.points,
            "signed": formats.signed,
            "significant": formats.significant,
            "p_value": formats.p_value,
            "name": lambda text: formats.shorten(text, _MAX_NAME),
            "prose": lambda text: formats.shorten(text, _MAX_PROSE),
            "date": formats.date,
            "day": formats.day,
            **filters,
        }

    def fill(self, template: str, **values: object) -> str:
        """Returns the page that a template makes of values, which can be written in UTF-8."""
        page = self._environment.get_template(template).render(**values)
        return _UNPRINTABLE.sub("\ufffd", page)
