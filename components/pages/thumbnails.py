"""Images small enough to lie inside a page."""

import base64
import io
import warnings

from PIL import Image

LONGEST_SIDE = 192
_TINY = 64
"""Sides up to this are kept pixel by pixel."""
_QUALITIES = (85, 70, 50, 30, 15)
_FORMATS = ("JPEG", "PNG", "GIF", "BMP")


def thumbnail(content: bytes, max_bytes: int) -> str | None:
    """Makes a data URI of an image, upright as TensorFlow decodes it: whatever EXIF says.

    Args:
      content: the image's file, JPEG, PNG, GIF or BMP.
      max_bytes: of the thumbnail's file; the quality goes down for it as far as it can.

    Returns:
      A `data:` URI, or None where the file can't be read.
    """
    try:
        image = _small(content)
    except Exception:
        # Pillow's readers meet damaged files with exceptions of nearly every type.
        return None
    if max(image.size) <= _TINY:
        data = _encoded(image, "PNG", optimize=True)
        if len(data) <= max_bytes:
            return _uri(data, "png")
    for quality in _QUALITIES:
        data = _encoded(image, "JPEG", quality=quality, optimize=True)
        if len(data) <= max_bytes:
            break
    return _uri(data, "jpeg")


def _small(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # One large image is no danger: ingest has bounded its pixels.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            # Lets a JPEG be decoded at a fraction of its size.
            image.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
            see_through = "A" in image.getbands() or "transparency" in image.info
            small = image.convert("RGBA" if see_through else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    if not see_through:
        return small
    # As the model sees it.
    return Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")


def _encoded(image: Image.Image, kind: str, **options: bool | int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
