"""A marked picture shows where the heat is, without colour, and all else faded."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from components.evaluator.explanations.mark import mark
from components.pages.thumbnails import thumbnail

MAX_BYTES = 20_000


def address(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return thumbnail(file.getvalue(), MAX_BYTES)


def read(marked: str) -> np.ndarray:
    """Returns grey values [rows, columns]."""
    image = Image.open(io.BytesIO(base64.b64decode(marked.partition(",")[2])))
    return np.asarray(image.convert("L"), np.float32)


def stripes(size: int) -> np.ndarray:
    """Returns columns of black and white in turn, uint8 [size, size, 3]."""
    columns = (np.arange(size) % 2 * 255).astype(np.uint8)
    return np.broadcast_to(columns[None, :, None], (size, size, 3)).copy()


def hot(rows: slice, columns: slice, size: int = 8) -> np.ndarray:
    heat = np.zeros((size, size), np.float32)
    heat[rows, columns] = 1
    return heat


def test_a_small_picture_is_enlarged_and_keeps_its_contrast_only_where_it_is_hot():
    heat = hot(slice(0, 8), slice(0, 4))
    marked = read(mark(address(stripes(32)), heat, MAX_BYTES, padded=False))
    assert marked.shape == (160, 160)
    # Rows away from the line, in the middle of pixels of five by five.
    inside, outside = marked[20:140:5, 2:40:5], marked[20:140:5, 122:158:5]
    assert np.ptp(inside, axis=1).min() > 230
    assert np.ptp(outside, axis=1).max() < 90


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_the_line_is_seen_on_any_picture(grey):
    plain = np.full((32, 32, 3), grey, np.uint8)
    marked = read(mark(address(plain), hot(slice(2, 6), slice(2, 6)), MAX_BYTES, padded=False))
    across = marked[80, :80]
    assert across.max() - across.min() > 200
    assert np.ptp(marked[78:82, 78:82]) < 5


def test_the_line_goes_round_the_hot_place():
    plain = np.full((32, 32, 3), 128, np.uint8)
    heat = hot(slice(1, 3), slice(5, 7))
    marked = read(mark(address(plain), heat, MAX_BYTES, padded=False))
    rows, columns = np.nonzero(marked > 220)
    # The hot place is at rows 20 to 60 and columns 100 to 140.
    assert abs(rows.mean() - 40) < 4
    assert abs(columns.mean() - 120) < 4
    assert np.ptp(rows) < 60
    assert np.ptp(columns) < 60


def test_heat_on_a_padding_is_left_out_and_the_rest_lies_where_the_picture_was():
    wide = np.full((16, 64, 3), 128, np.uint8)
    in_padding = hot(slice(0, 2), slice(0, 8))
    assert mark(address(wide), in_padding, MAX_BYTES, padded=True) is None
    on_the_right = hot(slice(3, 5), slice(6, 8))
    marked = read(mark(address(wide), on_the_right, MAX_BYTES, padded=True))
    assert marked.shape == (32, 128)
    assert np.nonzero(marked > 220)[1].min() > 64


def test_a_picture_without_heat_is_not_marked():
    assert mark(address(stripes(32)), np.zeros((8, 8), np.float32), 9_000, padded=False) is None


def test_a_marked_picture_keeps_to_its_bytes():
    noise = np.random.default_rng(1).integers(0, 256, (192, 192, 3), dtype=np.uint8)
    marked = mark(address(noise), hot(slice(0, 8), slice(0, 8)), 6_000, padded=False)
    assert len(marked) < 6_000 * 4 / 3 + 40
