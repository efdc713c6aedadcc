"""Reads how large an image is from its header, so that a bomb is refused before it goes off.

A few kilobytes of PNG can stand for gigabytes of pixels. The formats are those that TensorFlow
decodes: JPEG, PNG, GIF and BMP.
"""

import struct
from collections.abc import Iterator, Mapping

import numpy as np
from google.protobuf.message import DecodeError
from tensorflow.core.example.example_pb2 import Example

from serving.errors import invalid
from serving.options import Limits

_MAX_SCANS = 100
"""Of a progressive JPEG, each of which costs as much as the image; encoders make about ten."""
_EXAMPLE = b"\n"
"""How a tf.Example that holds anything begins."""


def check_images(inputs: Mapping[str, np.ndarray], limits: Limits) -> None:
    """Measures the images among strings, and in tf.Examples among them.

    Raises:
      ServingError: one image, or all of them together, have too many pixels.
    """
    total = 0
    for array in inputs.values():
        if array.dtype != object:
            continue
        for file in _files(array):
            size = pixels(file)
            if size > limits.image_pixels:
                raise invalid(
                    f"image of {size:,} pixels; at most {limits.image_pixels:,} are taken"
                )
            total += size
    if total > limits.request_pixels:
        raise invalid(
            f"images of {total:,} pixels together; a request may have {limits.request_pixels:,}"
        )


def pixels(file: bytes) -> int:
    """Returns what decoding a file has to hold, in pixels; 0 where it is no image.

    Raises:
      ServingError: it is an image of a kind that is made to cost more than its size says.
    """
    try:
        if file.startswith(b"\x89PNG\r\n\x1a\n"):
            if file[12:16] != b"IHDR":
                raise invalid("PNG that does not begin with its size")
            width, height = struct.unpack_from(">II", file, 16)
            return width * height
        if file.startswith((b"GIF87a", b"GIF89a")):
            return sum(width * height for width, height in _gif_frames(file))
        if file.startswith(b"\xff\xd8\xff"):
            return _jpeg_pixels(file)
        if file.startswith(b"BM"):
            # A BMP is as large as what it stands for, and a text may begin so.
            width, height = struct.unpack_from("<ii", file, 18)
            return min(abs(width * height), len(file))
    except (struct.error, IndexError):
        pass  # It ends too early to be decoded, too.
    return 0


def _files(array: np.ndarray) -> Iterator[bytes]:
    for value in array.flat:
        yield value
        if value.startswith(_EXAMPLE):
            try:
                example = Example.FromString(value)
            except DecodeError:
                continue
            for feature in example.features.feature.values():
                yield from feature.bytes_list.value


def _gif_frames(file: bytes) -> Iterator[tuple[int, int]]:
    """Yields the canvas, and every frame: TensorFlow reads all of them to show the first."""
    width, height, flags = struct.unpack_from("<HHB", file, 6)
    yield width, height
    place = 13 + _colour_table(flags)
    try:
        while file[place] != 0x3B:
            if file[place] == 0x2C:
                width, height, flags = struct.unpack_from("<HHB", file, place + 5)
                yield width, height
                place += 11 + _colour_table(flags)
            else:
                place += 2
            while file[place]:
                place += 1 + file[place]
            place += 1
    except (struct.error, IndexError):
        return  # TensorFlow shows what there is of a file that ends early.


def _colour_table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _jpeg_pixels(file: bytes) -> int:
    if file.count(b"\xff\xda") > _MAX_SCANS:
        raise invalid(f"JPEG of more than {_MAX_SCANS} scans")
    place = 2
    while (place := file.find(b"\xff", place) + 1) > 0:
        marker = file[place]
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", file, place + 4)
            return width * height
        place += 1 + struct.unpack_from(">H", file, place + 1)[0]
    return 0
