"""What makes a model's input of an image, in numbers and in words."""

from collections.abc import Iterator
from dataclasses import dataclass

GREY = (0.299, 0.587, 0.114)
"""Shares of red, green and blue: ITU-R BT.601, as in JPEG."""


@dataclass(frozen=True)
class Pixels:
    """Pixels of one size, each channel from 0 to 255; the model standardises them itself."""

    height: int
    width: int
    channels: int
    """1 is grey, 3 red, green, blue."""
    keep_aspect: bool
    """Whether other shapes are padded with black, rather than stretched."""

    def steps(self) -> Iterator[str]:
        """Yields what is done to an image file, in words."""
        size = f"{self.width} wide and {self.height} high"
        yield "Decode the file as RGB, 0 to 255; put a transparent picture on white."
        if self.keep_aspect:
            yield (
                f"Shrink or enlarge it, its shape kept, until it just fits into {size} (bilinear, "
                "antialiased), and pad it evenly with black."
            )
        else:
            yield f"Resize it to {size}, whatever its shape (bilinear, antialiased)."
        if self.channels == 1:
            yield "Take the grey value, {} red + {} green + {} blue.".format(*GREY)
        yield "Hand the values over as they are, 0 to 255: the model standardises them itself."
