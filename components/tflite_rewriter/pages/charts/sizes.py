"""The size of a model's files as a bar, and what is left of it after gzip inside."""

from markupsafe import Markup

from components.pages import stretched

_HEIGHT = 10


def draw(size: int, compressed: int | None, largest: int) -> Markup:
    """Draws a hollow bar for the files, filled as far as they are when compressed.

    Args:
      size: bytes, at least 1.
      compressed: likewise; None where it is not known.
      largest: size of the longest bar.

    Returns:
      An `<svg>` that stretches to any width.
    """
    parts = []
    if compressed is not None:
        parts.append(stretched.bar(100 * min(1.0, compressed / largest), _HEIGHT, "filled-bar"))
    parts.append(stretched.bar(100 * size / largest, _HEIGHT, "hollow-bar"))
    return stretched.chart(parts)
