"""Heat laid over a picture: a line around what matters, all else faded.

It is read without colour, in print too, and hides nothing of what is inside the line.
"""

import base64
import io

import numpy as np
from PIL import Image
from scipy.ndimage import binary_dilation, gaussian_filter

from components.pages.thumbnails import thumbnail

LONGEST_SIDE = 160
"""Pixels, of a picture that is smaller."""

_INSIDE = 0.5
"""Share of the heat that the line holds."""
_FADED = 0.25
"""Contrast that is left where there is no heat."""
_AROUND = np.ones((3, 3), bool)
_GREY, _BLACK, _WHITE = 128.0, 0.0, 255.0
_BLUR = 0.04
"""Of the heat, in longest sides; without it, the line would go round single pixels."""


def mark(picture: str, heat: np.ndarray, max_bytes: int, *, padded: bool) -> str | None:
    """Marks where a picture is hot.

    Args:
      picture: `data:` address of an image of at most a few hundred pixels a side; a small one is
        enlarged, pixel by pixel.
      heat: float32 [height, width], 0 and above, of the picture as the network takes it.
      max_bytes: of the marked picture's file.
      padded: whether that is the picture within a padding, in the middle, rather than stretched.

    Returns:
      `data:` address; None where there is no heat.
    """
    content = base64.b64decode(picture.partition(",")[2])
    with Image.open(io.BytesIO(content)) as file:
        image = file.convert("RGB")
    if padded:
        heat = _within_padding(heat, *image.size)
    if not heat.any():
        return None
    scale = max(1, LONGEST_SIDE // max(image.size))
    size = (image.width * scale, image.height * scale)
    pixels = np.asarray(image.resize(size, Image.Resampling.NEAREST), np.float32)
    enlarged = Image.fromarray(heat).resize(size, Image.Resampling.BILINEAR)
    smooth = gaussian_filter(np.asarray(enlarged), _BLUR * max(size))
    return thumbnail(_png(_marked(pixels, smooth)), max_bytes)


def _within_padding(heat: np.ndarray, width: int, height: int) -> np.ndarray:
    """Returns the part of the heat that lies on a picture of this shape."""
    rows, columns = heat.shape
    scale = min(rows / height, columns / width)
    inner_rows, inner_columns = max(1, round(scale * height)), max(1, round(scale * width))
    top, left = (rows - inner_rows) // 2, (columns - inner_columns) // 2
    return heat[top : top + inner_rows, left : left + inner_columns]


def _marked(pixels: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Fades pixels [rows, columns, 3] from 0 to 255, and draws the line."""
    level = _level(heat)
    inside = heat >= level
    contrast = _FADED + (1 - _FADED) * np.clip(heat / level, 0, 1)[..., None] ** 2
    marked = _GREY + (pixels - _GREY) * contrast
    # A white line beside a black one is seen on any picture.
    marked[binary_dilation(inside, _AROUND, 2) & ~inside] = _BLACK
    marked[binary_dilation(inside, _AROUND) & ~inside] = _WHITE
    return marked


def _level(heat: np.ndarray) -> float:
    """Returns the heat above which the hottest places together have the share `_INSIDE` of all."""
    falling = np.sort(heat, axis=None)[::-1]
    share = np.cumsum(falling, dtype=np.float64) / falling.sum(dtype=np.float64)
    return falling[np.searchsorted(share, _INSIDE)]


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.rint(pixels).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
