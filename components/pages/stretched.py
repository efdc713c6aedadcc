"""Small pieces of SVG that stretch to any width of a row: per cent across, pixels down."""

from collections.abc import Iterable

from markupsafe import Markup

from components.pages.svg import Point, number

HEIGHT = 18
MIDDLE = HEIGHT / 2


def chart(parts: Iterable[Markup]) -> Markup:
    """Returns an `<svg>` of `HEIGHT` that must say nothing that the text beside it doesn't."""
    return Markup('<svg class="stretched" height="{}" aria-hidden="true">{}</svg>').format(
        HEIGHT, Markup("").join(parts)
    )


def line(start: Point, end: Point, style: str) -> Markup:
    """Returns a straight line."""
    return Markup('<line x1="{}%" x2="{}%" y1="{}" y2="{}" class="{}"/>').format(
        *map(number, (start[0], end[0], start[1], end[1])), style
    )


def upright(x: float, height: float, style: str) -> Markup:
    """Returns an upright line through the middle."""
    return line((x, MIDDLE - height / 2), (x, MIDDLE + height / 2), style)


def bar(end: float, height: float, style: str) -> Markup:
    """Returns a bar from the left, around the middle."""
    return Markup('<rect y="{}" width="{}%" height="{}" class="{}"/>').format(
        *map(number, (MIDDLE - height / 2, end, height)), style
    )


def circle(x: float, radius: float, style: str) -> Markup:
    """Returns a circle in the middle."""
    return Markup('<circle cx="{}%" cy="{}" r="{}" class="{}"/>').format(
        *map(number, (x, MIDDLE, radius)), style
    )
