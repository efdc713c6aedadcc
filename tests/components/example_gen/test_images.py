import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from components.example_gen import images
from components.example_gen.images import measure, quality
from components.example_gen.set_aside import SetAside

MAX_PIXELS = 1_000_000


def encode(pixels, format="PNG", mode=None, **options):
    image = Image.fromarray(np.asarray(pixels, np.uint8))
    file = io.BytesIO()
    (image.convert(mode) if mode else image).save(file, format, **options)
    return file.getvalue()


def png(width, height, depth, colour, rows=b""):
    """Builds a PNG chunk by chunk, for variants that Pillow does not write."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def bmp(bits, compression=0, extra=b"", pixels=b"\0" * 16, header=40):
    """Builds a BMP of 2 x 2 pixels."""
    offset = 14 + header + len(extra)
    if header == 12:
        information = struct.pack("<IHHHH", 12, 2, 2, 1, bits)
    else:
        information = struct.pack("<IiiHHI", header, 2, 2, 1, bits, compression) + b"\0" * 20
    start = struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset)
    return start + information + extra + pixels


def reason(data, max_pixels=MAX_PIXELS):
    with pytest.raises(SetAside) as caught:
        measure(data, max_pixels)
    return str(caught.value)


def test_quality_of_a_known_image():
    """Brightness is the mean, contrast the deviation, sharpness the variance of the Laplacian."""
    luma = np.array([[0, 0, 0, 0], [0, 255, 0, 0], [0, 0, 0, 0]], np.uint8)
    # The two inner pixels have Laplacians of -4 and 1.
    assert quality(luma) == pytest.approx((1 / 12, (1 / 12 - 1 / 144) ** 0.5, 6.25))


def test_quality_of_random_images_agrees_with_float_arithmetic():
    """Whole-number sums give what numpy gives in 64 bits, also band by band."""
    luma = np.random.default_rng(1).integers(0, 256, (70, 50), dtype=np.uint8)
    scaled = luma / 255
    inner = scaled[:-2, 1:-1] + scaled[2:, 1:-1] + scaled[1:-1, :-2] + scaled[1:-1, 2:]
    laplacian = inner - 4 * scaled[1:-1, 1:-1]
    expected = scaled.mean(), scaled.std(), laplacian.var()
    assert quality(luma) == pytest.approx(expected, rel=1e-9)


def test_quality_does_not_depend_on_bands(monkeypatch):
    """A large image is measured in bands, to the same result."""
    luma = np.random.default_rng(2).integers(0, 256, (31, 20), dtype=np.uint8)
    whole = quality(luma)
    monkeypatch.setattr(images, "_PIXELS_AT_ONCE", 60)
    assert quality(luma) == whole


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 2)])
def test_tiny_images_have_no_sharpness(shape):
    """Where no pixel has four neighbours, sharpness is 0."""
    luma = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    assert quality(luma)[2] == 0


def test_even_images_have_exactly_no_contrast():
    """No rounding makes contrast or sharpness of one grey."""
    assert quality(np.full((33, 7), 201, np.uint8)) == (201 / 255, 0, 0)


@pytest.mark.parametrize("format", ["PNG", "BMP", "GIF", "JPEG"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_formats_are_measured_alike(format, mode):
    """Size and luma are the same in every format, but for what JPEG loses."""
    rows, columns = np.mgrid[0:16, 0:24]
    pixels = np.stack([rows * 10, columns * 10, rows + columns], axis=-1)
    data = encode(pixels, format, mode)
    found = measure(data, MAX_PIXELS)
    luma = pixels @ (0.299, 0.587, 0.114) / 255
    assert (found.width, found.height, found.bytes) == (24, 16, len(data))
    assert found.brightness == pytest.approx(luma.mean(), abs=0.01)
    assert found.contrast == pytest.approx(luma.std(), abs=0.02)


@pytest.mark.parametrize(
    ("data", "brightness"),
    [
        (encode([[[0, 0, 0, 0]]]), 1),
        (encode([[[0, 0, 0, 51]]]), 0.8),
        (encode([[[0, 0]]], mode="LA"), 1),
        (encode([[0, 0]], mode="P", transparency=0), 1),
        (encode([[255, 255]], transparency=255), 1),
        (encode([[0, 0]], transparency=0), 0),
        (encode([[255, 255]], "GIF", transparency=255), 0),
        (encode([[255, 0]], mode="1"), 0.5),
        (encode([[[255, 255, 255, 0]]], "BMP"), 1),
        (encode([[0]], "BMP", "P"), 0),
    ],
    ids=["RGBA", "half", "LA", "P", "white key", "black key", "GIF", "1", "BMP", "BMP palette"],
)
def test_alpha_lies_over_what_the_model_sees(data, brightness):
    """Alpha over white; a GIF's over black; the key of a grey PNG and a BMP's alpha don't count."""
    assert measure(data, MAX_PIXELS).brightness == pytest.approx(brightness, abs=0.01)


def test_empty_files_and_other_formats():
    """The content tells the format, never the name."""
    advice = "; convert it to JPEG, PNG, GIF or BMP"
    assert reason(b"") == "is empty (0 bytes)"
    assert reason(b"Dear diary") == "is no JPEG, PNG, GIF or BMP image, whatever its name says"
    assert reason(encode([[0]], "WEBP")) == "is WebP" + advice
    assert reason(encode([[0]], "TIFF")) == "is TIFF" + advice


@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP"])
def test_truncated_images(format):
    """Half a file is damaged, and Pillow says how."""
    pixels = np.random.default_rng(4).integers(0, 256, (64, 64, 3))
    data = encode(pixels, format)
    assert reason(data[: len(data) // 2]).startswith("is damaged: image file is truncated")


@pytest.mark.parametrize("signature", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM"])
def test_signatures_alone_are_damaged(signature):
    """Whatever Pillow raises on garbage, it is a reason and no traceback."""
    for length in range(0, 60, 5):
        assert reason(signature + b"\x01" * length).startswith(("is damaged: ", "has 16843009 x"))


def test_bombs_are_refused_by_their_header():
    """A small file of 400 million pixels is refused undecoded, and without Pillow's warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reason(png(20_000, 20_000, 8, 0)) == (
            "has 20000 x 20000 = 400,000,000 pixels, more than max_pixels (1,000,000)"
        )


def test_the_limit_is_inclusive():
    """An image of just max_pixels is fine."""
    data = encode(np.zeros((2, 3)))
    assert measure(data, 6).width == 3
    assert reason(data, 5) == "has 3 x 2 = 6 pixels, more than max_pixels (5)"


@pytest.mark.parametrize("colour", [0, 2, 4, 6])
def test_sixteen_bits_are_set_aside(colour):
    """Grey or colour, with or without alpha."""
    row = b"\0" + b"\0\0" * {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    assert reason(png(1, 1, 16, colour, row)) == (
        "is a PNG of 16 bits a channel, of which TensorFlow keeps 8; save it with 8"
    )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (bmp(1, extra=b"\0" * 8, pixels=b"\0" * 8), "is a BMP of 1 bits a pixel"),
        (bmp(4, extra=b"\0" * 64, pixels=b"\0" * 8), "is a BMP of 4 bits a pixel"),
        (bmp(16, pixels=b"\0" * 8), "is a BMP of 16 bits a pixel"),
        (
            bmp(8, 1, extra=b"\0" * 1024, pixels=b"\2\0\0\0\2\0\0\1"),
            "is a compressed or unusual BMP",
        ),
        (bmp(24, header=12), "is an OS/2 BMP"),
        (bmp(24) + b"rest", "is a BMP with 4 bytes after its pixels"),
    ],
)
def test_variants_of_bmp_that_tensorflow_lacks(data, what):
    """They are set aside with the advice to save them as PNG."""
    assert reason(data) == f"{what}, which TensorFlow does not read; save it as PNG"


def test_a_gif_must_fill_its_canvas():
    """TensorFlow would return the first picture alone, in its own size."""
    data = bytearray(encode(np.zeros((4, 4)), "GIF"))
    data[6:10] = struct.pack("<HH", 8, 8)
    assert reason(bytes(data)).startswith("is a GIF whose first picture does not fill it")


def test_cmyk_needs_adobes_marker():
    """Without it nobody knows whether the colours are inverted; with it they are measured."""
    data = encode(np.full((8, 8, 3), 255), "JPEG", "CMYK")
    assert measure(data, MAX_PIXELS).brightness == pytest.approx(1, abs=0.01)
    start = data.index(b"\xff\xee")
    length = struct.unpack(">H", data[start + 2 : start + 4])[0]
    bare = data[:start] + data[start + 2 + length :]
    assert reason(bare).startswith("is a CMYK JPEG without Adobe's marker")
