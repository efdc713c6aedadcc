"""The header says how large an image is, whatever the format."""

import io
import random

import numpy as np
import pytest
from PIL import Image

from serving.errors import ServingError
from serving.images import check_images, pixels
from serving.options import Limits
from tests.serving import toy

PIXELS = 41 * 23


def saved(kind, mode="RGB", **options):
    file = io.BytesIO()
    Image.effect_noise((41, 23), 50).convert(mode).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "file",
    [
        *(saved("PNG", mode) for mode in ("1", "L", "P", "RGB", "RGBA", "I;16")),
        *(saved("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        saved("JPEG", progressive=True, comment=b"\xff\xc0" * 20),
        saved("BMP"),
    ],
)
def test_the_size_is_in_the_header(file):
    """As Pillow says, which made the file."""
    assert pixels(file) == PIXELS


@pytest.mark.parametrize("frames", [1, 3])
def test_all_frames_of_a_gif_count(frames):
    """TensorFlow reads all of them to show the first; the canvas counts, too."""
    images = [Image.effect_noise((41, 23), 50) for _ in range(frames)]
    file = io.BytesIO()
    images[0].save(file, "GIF", save_all=True, append_images=images[1:], loop=0)
    assert pixels(file.getvalue()) == (1 + frames) * PIXELS


def test_a_gif_that_ends_early_counts():
    """TensorFlow shows what there is of it."""
    assert pixels(saved("GIF")[:-40]) == 2 * PIXELS
    assert pixels(saved("GIF")[:13]) == PIXELS


@pytest.mark.parametrize(
    "text", ["", "\n", "BM", "BMW and many other cars are sold here", "GIF89a", "\n\nParagraphs"]
)
def test_a_text_is_no_image(text):
    """However it begins."""
    value = text.encode()
    assert pixels(value) <= len(value)
    check_images({"text": np.array([value, None], object)[:-1]}, Limits())


def test_a_jpeg_of_many_scans_is_refused():
    """Each of them costs as much as the image."""
    with pytest.raises(ServingError, match="scans"):
        pixels(saved("JPEG") + 101 * b"\xff\xda")


def test_a_png_that_hides_its_size_is_refused():
    """Its header must come first."""
    with pytest.raises(ServingError, match="PNG"):
        pixels(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXt" + b"\0" * 100)


def test_what_ends_early_or_is_damaged_does_no_harm():
    """A number comes back, or it is refused; and in no time."""
    chance = random.Random(0)
    for kind in ("PNG", "JPEG", "GIF", "BMP"):
        file = bytearray(toy.image(kind=kind))
        for _ in range(300):
            damaged = file[: chance.randint(1, len(file))]
            for _ in range(chance.randrange(4)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                assert pixels(bytes(damaged)) >= 0
            except ServingError:
                continue
