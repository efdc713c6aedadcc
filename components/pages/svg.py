"""Small pieces of SVG. Texts are escaped; colours and strokes are classes of the page's style."""

import unicodedata
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from components.pages.formats import shorten

WIDTH = 400
"""Of every chart, in its own units. The page scales a chart to its column."""
_WIDE, _UPPER, _OTHER = 13.5, 10.0, 8.5
"""Of characters, in the same units, in the largest letters and the widest of usual fonts."""
_LONGEST_NAME = 60
Point = tuple[float, float]


def number(value: float) -> str:
    """Writes a coordinate with at most one decimal."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.0f}"


def chart(height: float, description: str, parts: Iterable[Markup]) -> Markup:
    """Returns an `<svg>` of `WIDTH` × `height`, described to those who can't see it."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, number(height), description, Markup("").join(parts))


def text(x: float, y: float, content: str, style: str = "", anchor: str = "start") -> Markup:
    """Returns a line of text; `anchor` is start, middle or end."""
    return Markup('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>').format(
        number(x), number(y), style, anchor, content
    )


def width(content: str) -> float:
    """Returns about how wide a text gets at most."""
    return sum(
        _WIDE
        if character == "…" or unicodedata.east_asian_width(character) in "WF"
        else _UPPER
        if character.isupper()
        else _OTHER
        for character in content
    )


def name(
    x: float, y: float, content: str, room: float, style: str = "", anchor: str = "end"
) -> Markup:
    """Returns a text of a user's, cut to a width; the pointer shows all of it."""
    if width(content) <= room:
        return text(x, y, content, style, anchor)
    kept = content[:_LONGEST_NAME]
    while kept and width(kept + "…") > room:
        kept = kept[:-1]
    whole = Markup("{}…<title>{}</title>").format(kept, shorten(content, 200))
    return text(x, y, whole, style, anchor)


def line(start: Point, end: Point, style: str) -> Markup:
    """Returns a straight line."""
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(
        *map(number, (*start, *end)), style
    )


def rectangle(x: float, y: float, width: float, height: float, style: str) -> Markup:
    """Returns a rectangle from its upper left corner."""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>').format(
        *map(number, (x, y, max(0.0, width), max(0.0, height))), style
    )


def circle(x: float, y: float, radius: float, style: str) -> Markup:
    """Returns a circle."""
    return Markup('<circle cx="{}" cy="{}" r="{}" class="{}"/>').format(
        *map(number, (x, y, radius)), style
    )


def polygon(corners: Sequence[Point], style: str) -> Markup:
    """Returns a closed area."""
    outline = "L".join(f"{number(x)} {number(y)}" for x, y in corners)
    return Markup('<path d="M{}Z" class="{}"/>').format(outline, style)


def polyline(corners: Sequence[Point], style: str) -> Markup:
    """Returns an open line through points."""
    outline = "L".join(f"{number(x)} {number(y)}" for x, y in corners)
    return Markup('<path d="M{}" class="{}"/>').format(outline, style)


def circles(centres: Iterable[Point], radius: float, style: str) -> Markup:
    """Returns many circles as one path, which takes a fraction of the bytes."""
    r, across = number(radius), number(2 * radius)
    outline = "".join(
        f"M{number(x - radius)} {number(y)}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0"
        for x, y in centres
    )
    return Markup('<path d="{}" class="{}"/>').format(outline, style)


def told(mark: Markup, words: str) -> Markup:
    """Returns a mark that the pointer gets words of."""
    return Markup("<g>{}<title>{}</title></g>").format(mark, words)
