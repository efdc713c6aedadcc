"""What the transform does to each pixel of an image: the same for all, by channel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from components.examples import image_example
from components.tflite_rewriter.network import Network

_WHITE = 255.0


@dataclass(frozen=True)
class Standardisation:
    """Each channel's values, from 0 to 255, become (value - mean) / deviation."""

    mean: tuple[float, ...]
    """[channels]."""
    deviation: tuple[float, ...]
    """[channels]."""

    def undone(self, images: np.ndarray) -> np.ndarray:
        """Returns the pixels of standardised images, float32 [examples, height, width, channels],
        from 0 to 255."""
        pixels = images.astype(np.float64) * self.deviation + self.mean
        # What rounding leaves of a black pixel is not below black.
        return pixels.clip(0, _WHITE).astype(np.float32)


def measure_standardisation(network: Network, features: dict[str, Any]) -> Standardisation:
    """Finds what a network's transform does to pixels by showing it black and white.

    Args:
      network: of images.
      features: the fields of the task's `ImageFeatures`.
    """
    plain = [_plain(value, features["height"], features["width"]) for value in (0, 255)]
    black, white = network.transform(plain)[:, 0, 0].astype(np.float64)
    deviation = _WHITE / (white - black)
    return Standardisation(tuple(-black * deviation), tuple(deviation))


def _plain(value: int, height: int, width: int) -> bytes:
    """Returns a serialized example of an image of one colour."""
    return image_example(Image.new("RGB", (width, height), (value, value, value)))
