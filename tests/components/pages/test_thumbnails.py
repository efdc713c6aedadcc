"""Thumbnails are small, and look as the model sees the image."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from components.pages.thumbnails import LONGEST_SIDE, thumbnail


def written(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def read(uri):
    head, data = uri.split(",")
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert head == f"data:image/{image.format.lower()};base64"
    return image.convert("RGB")


def noise(size, bands=3):
    pixels = np.random.default_rng(1).integers(0, 256, (size, size, bands), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_a_tiny_image_keeps_every_pixel():
    image = noise(32)
    assert (np.asarray(read(thumbnail(written(image, "PNG"), 20_000))) == np.asarray(image)).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF"])
def test_a_large_image_of_noise_keeps_to_its_bytes(kind):
    uri = thumbnail(written(noise(400), kind), 9_000)
    assert len(uri) < 9_000 * 4 / 3 + 40
    assert max(read(uri).size) == LONGEST_SIDE


def test_an_image_keeps_its_shape():
    uri = thumbnail(written(Image.new("RGB", (800, 200)), "JPEG"), 9_000)
    assert read(uri).size == (LONGEST_SIDE, LONGEST_SIDE // 4)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK"])
def test_every_mode_can_be_shown(mode):
    image = noise(40).convert("L").convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert read(thumbnail(written(image, kind), 20_000)).size == (40, 40)


def test_what_is_transparent_shows_white():
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert read(thumbnail(written(clear, "PNG"), 20_000)).getpixel((5, 5)) == (255, 255, 255)


def test_an_image_is_not_turned_by_what_exif_says():
    exif = Image.Exif()
    exif[0x0112] = 6
    content = written(Image.new("RGB", (300, 100)), "JPEG", exif=exif)
    assert read(thumbnail(content, 20_000)).size == (192, 64)


@pytest.mark.parametrize("content", [b"", b"no image", written(noise(300), "PNG")[:5_000]])
def test_a_damaged_file_has_none(content):
    assert thumbnail(content, 20_000) is None
