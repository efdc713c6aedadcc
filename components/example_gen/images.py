"""Checks and measures of an image file.

An example keeps the bytes of its file, and TensorFlow decodes them in training as in serving. So
what TensorFlow decodes wrongly or not at all is set aside rather than converted here: a converted
file would be no longer what a client sends. TensorFlow 2.16 was tried with every variant below.
"""

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import BmpImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin
from PIL.ImageFile import ImageFile

from components.example_gen.set_aside import SetAside

# Pillow's own `open` would try dozens of formats, and warn of large images in its own way.
_READERS: dict[bytes, type[ImageFile]] = {
    b"\xff\xd8\xff": JpegImagePlugin.JpegImageFile,
    b"\x89PNG\r\n\x1a\n": PngImagePlugin.PngImageFile,
    b"GIF8": GifImagePlugin.GifImageFile,
    b"BM": BmpImagePlugin.BmpImageFile,
}
_OTHER_FORMATS = {
    b"RIFF": "WebP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"\0\0\0\x0cjP": "JPEG 2000",
    b"\0\0\0\x0cJXL": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"<svg": "SVG",
    b"%PDF": "PDF",
}
_BMP_INFORMATION_HEADER = 40
_BMP_BITS = (8, 24, 32)
_BMP_UNCOMPRESSED = 0
_BMP_MASKS = 3
_BMP_BLUE_GREEN_RED = struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)
_PIXELS_AT_ONCE = 2**20


class ImageMeasures(NamedTuple):
    """What statistics see of an image; names as in `components.features`."""

    width: int
    height: int
    bytes: int
    brightness: float
    """Mean luma, 0 to 1."""
    contrast: float
    """Standard deviation of luma, 0 to 0.5."""
    sharpness: float
    """Variance of the Laplacian of luma."""


def measure(data: bytes, max_pixels: int) -> ImageMeasures:
    """Checks and measures an image file.

    Args:
      data: the file's bytes.
      max_pixels: larger images are refused without decoding them.

    Raises:
      SetAside: the file is empty, damaged, too large, or of a format or variant that TensorFlow
        does not read as it is meant.
    """
    image = _open(data)
    width, height = image.size
    if width * height > max_pixels:
        raise SetAside(
            f"has {width} x {height} = {width * height:,} pixels, "
            f"more than max_pixels ({max_pixels:,})"
        )
    _check_variant(data, image)
    try:
        luma = np.asarray(_luma(image))
    except Exception as error:
        raise _damaged(error) from None
    return ImageMeasures(width, height, len(data), *quality(luma))


def quality(luma: np.ndarray) -> tuple[float, float, float]:
    """Returns brightness, contrast and sharpness.

    Sharpness is the variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in
    brightfield microscopy: a comparative study", 2000), with the kernel of four neighbours over
    the pixels that have all four; 0 where there are none.

    Args:
      luma: uint8 [height, width].
    """
    brightness, contrast = _mean_and_variance(_bands(luma, overlap=0))
    _, sharpness = _mean_and_variance(_laplacian(band) for band in _bands(luma, overlap=2))
    return brightness / 255, contrast**0.5 / 255, sharpness / 255**2


def _open(data: bytes) -> ImageFile:
    if not data:
        raise SetAside("is empty (0 bytes)")
    for signature, reader in _READERS.items():
        if data.startswith(signature):
            try:
                return reader(io.BytesIO(data))
            except Exception as error:
                raise _damaged(error) from None
    for signature, name in _OTHER_FORMATS.items():
        if data.startswith(signature):
            raise SetAside(f"is {name}; convert it to JPEG, PNG, GIF or BMP")
    raise SetAside("is no JPEG, PNG, GIF or BMP image, whatever its name says")


def _damaged(error: Exception) -> SetAside:
    # Pillow's readers meet damaged files with exceptions of nearly every type.
    return SetAside(f"is damaged: {error or type(error).__name__}")


def _check_variant(data: bytes, image: ImageFile) -> None:
    if image.format == "PNG" and data[24] == 16:
        raise SetAside("is a PNG of 16 bits a channel, of which TensorFlow keeps 8; save it with 8")
    if image.format == "JPEG" and image.mode == "CMYK" and "adobe" not in image.info:
        raise SetAside(
            "is a CMYK JPEG without Adobe's marker, so its colours are ambiguous; save it as RGB"
        )
    if image.format == "GIF" and image.tile and image.tile[0][1] != (0, 0, *image.size):
        raise SetAside(
            "is a GIF whose first picture does not fill it, which TensorFlow crops; save it as PNG"
        )
    if image.format == "BMP":
        _check_bmp(data)


def _check_bmp(data: bytes) -> None:
    advice = "which TensorFlow does not read; save it as PNG"
    pixels, header = struct.unpack("<II", data[10:18])
    if header < _BMP_INFORMATION_HEADER:
        raise SetAside(f"is an OS/2 BMP, {advice}")
    width, height, _, bits, compression = struct.unpack("<iiHHI", data[18:34])
    if bits not in _BMP_BITS:
        raise SetAside(f"is a BMP of {bits} bits a pixel, {advice}")
    plain = compression == _BMP_UNCOMPRESSED
    if not plain and (compression, data[54:66]) != (_BMP_MASKS, _BMP_BLUE_GREEN_RED):
        raise SetAside(f"is a compressed or unusual BMP, {advice}")
    row = (width * bits + 31) // 32 * 4
    surplus = len(data) - pixels - row * abs(height)
    if surplus > 0:
        raise SetAside(f"is a BMP with {surplus} bytes after its pixels, {advice}")


def _luma(image: ImageFile) -> Image.Image:
    """Decodes to luma (ITU-R BT.601), of what the model sees: alpha lies over white.

    In a GIF TensorFlow paints what is transparent black; a colour key without palette it ignores.
    """
    # Saves a JPEG's decoder the colours; no other format listens.
    image.draft("L", None)
    keyed = image.mode == "P" and "transparency" in image.info
    if image.format == "BMP" or not (keyed or image.mode in ("LA", "PA", "RGBA")):
        return image.convert("L")
    with_alpha = image.convert("RGBA")
    background = Image.new("RGBA", image.size, "black" if image.format == "GIF" else "white")
    return Image.alpha_composite(background, with_alpha).convert("L")


def _bands(luma: np.ndarray, overlap: int) -> Iterator[np.ndarray]:
    """Yields all rows in bands of float64, a bounded number of pixels each."""
    height, width = luma.shape
    rows = max(1, _PIXELS_AT_ONCE // width)
    for start in range(0, max(1, height - overlap), rows):
        yield luma[start : start + rows + overlap].astype(np.float64)


def _laplacian(band: np.ndarray) -> np.ndarray:
    neighbours = band[:-2, 1:-1] + band[2:, 1:-1] + band[1:-1, :-2] + band[1:-1, 2:]
    return neighbours - 4 * band[1:-1, 1:-1]


def _mean_and_variance(bands: Iterator[np.ndarray]) -> tuple[float, float]:
    """Returns mean and variance of whole numbers, exactly: their sums stay below 2^53."""
    count = total = squares = 0
    for band in bands:
        values = band.ravel()
        count += values.size
        total += int(values.sum())
        squares += int(values @ values)
    if count == 0:
        return 0.0, 0.0
    return total / count, (squares * count - total**2) / count**2
