"""Says in each chart which mark is which side, so that it reads without colour and cut out."""

from collections.abc import Callable

from markupsafe import Markup

from components.pages import svg

HEIGHT = 26
"""What the legend takes of a chart, from its upper edge."""
SWATCH = 18
"""Width of the mark in front of a name."""
_MIDDLE = 9
_CURRENT_AT = 320
_REFERENCE_AT = 215

Swatch = Callable[[float, float], Markup]
"""Draws a mark, `SWATCH` wide, from its left end and the height of its middle."""


def legend(title: str, reference: Swatch, current: Swatch) -> list[Markup]:
    """Returns the line above a chart: what is drawn, then the two sides' marks."""
    return [
        svg.text(0, _MIDDLE + 4, title, "muted"),
        reference(_REFERENCE_AT, _MIDDLE),
        svg.text(_REFERENCE_AT + SWATCH + 5, _MIDDLE + 4, "reference"),
        current(_CURRENT_AT, _MIDDLE),
        svg.text(_CURRENT_AT + SWATCH + 5, _MIDDLE + 4, "current"),
    ]
