"""A table that is readable on a narrow terminal."""

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], console: Console
) -> RenderableType:
    """Returns a table; where the terminal is too narrow for one, a paragraph a row."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        made.add_column(heading, no_wrap=True)
    for row in rows:
        made.add_row(*map(escape, row))
    wide = console.options.update(width=1000)
    if console.measure(made, options=wide).maximum <= console.width:
        return made
    width = max(map(len, headings))
    return "\n\n".join(
        "\n".join(
            f"[dim]{heading:<{width}}[/]  {escape(cell)}"
            for heading, cell in zip(headings, row, strict=True)
            if cell
        )
        for row in rows
    )
