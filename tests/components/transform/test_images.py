"""Every image format comes out as the pixels its author saw, eagerly and in the exported graph."""

import io
import struct

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.features import IMAGE
from components.transform import images

HEIGHT, WIDTH = 12, 10
SETTINGS = {"height": HEIGHT, "width": WIDTH, "channels": 3, "keep_aspect": False}

_y, _x = np.mgrid[0:HEIGHT, 0:WIDTH]
RGB = Image.fromarray(np.stack([_x * 25, _y * 20, (_x + _y) * 10], -1).astype(np.uint8))
GREY = RGB.convert("L")
PALETTE = RGB.quantize(16)
TRANSPARENT = RGB.copy()
TRANSPARENT.putalpha(Image.fromarray((_x * 25).astype(np.uint8)))


def encode(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def over_white(image: Image.Image) -> np.ndarray:
    layers = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, layers).convert("RGB"))


def bmp_with_zero_alpha() -> bytes:
    pixels = np.asarray(RGB)[::-1, :, ::-1]
    pixels = np.concatenate([pixels, np.zeros((HEIGHT, WIDTH, 1), np.uint8)], axis=-1).tobytes()
    info = struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 32, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + info + pixels


def read(file: bytes, **settings) -> np.ndarray:
    return images.read(tf.constant([file]), **{**SETTINGS, **settings})[0].numpy() * 255


LOSSLESS = {
    "png rgb": (encode(RGB, "PNG"), RGB),
    "png grey": (encode(GREY, "PNG"), GREY),
    "png one bit": (encode(RGB.convert("1"), "PNG"), RGB.convert("1")),
    "png alpha": (encode(TRANSPARENT, "PNG"), TRANSPARENT),
    "png grey and alpha": (encode(TRANSPARENT.convert("LA"), "PNG"), TRANSPARENT.convert("LA")),
    "png palette": (encode(PALETTE, "PNG"), PALETTE),
    "png 16 bits": (encode(Image.fromarray(np.asarray(GREY).astype(np.uint16) * 257), "PNG"), GREY),
    "gif": (encode(PALETTE, "GIF"), PALETTE),
    "gif animated": (
        encode(PALETTE, "GIF", save_all=True, append_images=[PALETTE.transpose(0)]),
        PALETTE,
    ),
    "bmp rgb": (encode(RGB, "BMP"), RGB),
    "bmp grey": (encode(GREY, "BMP"), GREY),
    "bmp palette": (encode(PALETTE, "BMP"), PALETTE),
    "bmp unused alpha": (bmp_with_zero_alpha(), RGB),
}
LOSSY = {
    "jpeg rgb": (encode(RGB, "JPEG", quality=100, subsampling=0), RGB),
    "jpeg grey": (encode(GREY, "JPEG", quality=100), GREY),
    "jpeg cmyk": (encode(RGB.convert("CMYK"), "JPEG", quality=100, subsampling=0), RGB),
    "jpeg progressive": (encode(RGB, "JPEG", quality=100, subsampling=0, progressive=True), RGB),
}


@pytest.mark.parametrize("name", LOSSLESS)
def test_a_lossless_format_is_read_exactly_and_alpha_lies_over_white(name):
    file, original = LOSSLESS[name]
    np.testing.assert_allclose(read(file), over_white(original), atol=0.51)


def test_a_palette_with_transparency_lies_over_white():
    file = encode(PALETTE, "PNG", transparency=3)
    np.testing.assert_allclose(read(file), over_white(Image.open(io.BytesIO(file))), atol=0.51)


@pytest.mark.parametrize("name", LOSSY)
def test_a_jpeg_of_any_colour_space_is_read_closely(name):
    file, original = LOSSY[name]
    np.testing.assert_allclose(read(file), over_white(original), atol=10)


def test_grey_is_the_luminance_of_the_colours():
    grey = read(encode(RGB, "PNG"), channels=1)
    assert grey.shape == (HEIGHT, WIDTH, 1)
    np.testing.assert_allclose(grey[..., 0], np.asarray(GREY), atol=1)


def test_shrinking_averages_pixels_instead_of_dropping_them():
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 200
    small = read(encode(Image.fromarray(stripes), "PNG"), height=8, width=8, channels=1)
    np.testing.assert_allclose(small[:, 1:-1], 100, atol=5)


def test_keeping_the_aspect_pads_with_black_in_the_middle():
    wide = Image.new("RGB", (40, 20), (200, 100, 50))
    fitted = read(encode(wide, "PNG"), height=8, width=8, keep_aspect=True)
    assert np.all(fitted[:2] == 0) and np.all(fitted[6:] == 0)
    np.testing.assert_allclose(fitted[2:6], np.broadcast_to([200, 100, 50], (4, 8, 3)), atol=0.1)


def test_a_line_of_one_pixel_survives_keeping_the_aspect():
    line = Image.new("RGB", (1000, 1), "white")
    fitted = read(encode(line, "PNG"), height=8, width=8, keep_aspect=True)
    assert np.count_nonzero(fitted.sum(axis=(1, 2))) == 1


def test_a_broken_file_is_an_error():
    file = encode(RGB, "JPEG")
    with pytest.raises(tf.errors.InvalidArgumentError):
        read(file[: len(file) // 2])


def test_a_channel_that_never_varies_becomes_zero():
    black = tf.zeros([2, 4, 4, 1])
    moments = tf.reduce_mean(images.channel_moments(black), axis=0)
    assert np.all(images.standardise(black, moments).numpy() == 0)


def test_the_exported_graph_agrees_with_the_plain_functions_on_mixed_formats_and_sizes(
    analyse, apply
):
    files = [file for file, _ in [*LOSSLESS.values(), *LOSSY.values()]]
    files.append(encode(RGB.resize((33, 7)), "PNG"))
    pixels = images.read(tf.constant(files), **SETTINGS)
    moments = tf.reduce_mean(images.channel_moments(pixels), axis=0)
    expected = images.standardise(pixels, moments).numpy()

    output = analyse(IMAGE, files, images.preprocessing_fn, SETTINGS)
    standardised = apply(output, IMAGE, files)
    np.testing.assert_allclose(standardised, expected, atol=1e-5)
    np.testing.assert_allclose(standardised.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(standardised.std(axis=(0, 1, 2)), 1, atol=1e-4)
    spec = output.transformed_feature_spec()[IMAGE]
    assert (tuple(spec.shape), spec.dtype) == ((HEIGHT, WIDTH, 3), tf.float32)
