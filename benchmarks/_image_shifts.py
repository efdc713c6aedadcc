"""Eight things that befall photographs, each at three severities, on the files themselves.

An image is decoded, altered and saved again as a JPEG of quality 75, as CIFAR-10's files are here.
"""

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image
from scipy import ndimage

Pixels = np.ndarray
"""float64 [height, width, 3], 0 black, 1 white."""
Alteration = Callable[[Pixels, np.random.Generator], Pixels]

QUALITY = 75
_LUMA = np.array([0.299, 0.587, 0.114])


def alter(
    content: bytes,
    random: np.random.Generator,
    alteration: Alteration | None = None,
    quality: int = QUALITY,
) -> bytes:
    """Returns an image's file, altered.

    Args:
      content: a file that Pillow decodes.
      random: for what is left to chance.
      alteration: of the pixels; none if None.
      quality: of the JPEG file that is returned.
    """
    image = Image.open(io.BytesIO(content)).convert("RGB")
    if alteration:
        pixels = alteration(np.asarray(image) / 255, random)
        image = Image.fromarray((pixels.clip(0, 1) * 255).round().astype(np.uint8))
    saved = io.BytesIO()
    image.save(saved, "JPEG", quality=quality)
    return saved.getvalue()


def brighten(pixels: Pixels, random: np.random.Generator, factor: float) -> Pixels:
    """Multiplies every pixel."""
    return pixels * factor


def flatten(pixels: Pixels, random: np.random.Generator, factor: float) -> Pixels:
    """Takes contrast away: every pixel comes nearer to the image's mean luma."""
    mean = (pixels @ _LUMA).mean()
    return mean + factor * (pixels - mean)


def blur(pixels: Pixels, random: np.random.Generator, sigma: float) -> Pixels:
    """Blurs with a Gaussian, whose standard deviation is in pixels."""
    return ndimage.gaussian_filter(pixels, (sigma, sigma, 0))


def add_noise(pixels: Pixels, random: np.random.Generator, deviation: float) -> Pixels:
    """Adds Gaussian noise to every channel of every pixel by itself."""
    return pixels + random.normal(scale=deviation, size=pixels.shape)


def pixelate(pixels: Pixels, random: np.random.Generator, share: float) -> Pixels:
    """Keeps a share of the rows and columns, by averaging, at the size the image had."""
    image = Image.fromarray((pixels * 255).round().astype(np.uint8))
    small = tuple(max(1, round(share * side)) for side in image.size)
    again = image.resize(small, Image.Resampling.BOX).resize(image.size, Image.Resampling.NEAREST)
    return np.asarray(again) / 255


def rotate(pixels: Pixels, random: np.random.Generator, degrees: float) -> Pixels:
    """Rotates to the left or to the right; what comes in from outside is a reflection."""
    angle = degrees * random.choice([-1, 1])
    return ndimage.rotate(pixels, angle, reshape=False, order=1, mode="reflect")


def fade(pixels: Pixels, random: np.random.Generator, share: float) -> Pixels:
    """Blends every pixel with its luma."""
    return (1 - share) * pixels + share * (pixels @ _LUMA)[..., None]


def _altered(alteration: Callable[..., Pixels], **strength: float) -> Callable[..., bytes]:
    return partial(alter, alteration=partial(alteration, **strength))


SAVED_AGAIN = alter
"""The control: all that the shifts share, and no shift."""

SHIFTS: dict[str, list[Callable[[bytes, np.random.Generator], bytes]]] = {
    "brightness": [_altered(brighten, factor=factor) for factor in (1.15, 1.3, 1.5)],
    "contrast": [_altered(flatten, factor=factor) for factor in (0.8, 0.6, 0.4)],
    "blur": [_altered(blur, sigma=sigma) for sigma in (0.5, 0.8, 1.2)],
    "noise": [_altered(add_noise, deviation=deviation) for deviation in (0.03, 0.06, 0.1)],
    "JPEG quality": [partial(alter, quality=quality) for quality in (40, 25, 12)],
    "pixelation": [_altered(pixelate, share=side / 32) for side in (24, 20, 16)],
    "rotation": [_altered(rotate, degrees=degrees) for degrees in (10, 20, 35)],
    "grey-scale": [_altered(fade, share=share) for share in (0.4, 0.7, 1.0)],
}
"""By name, from mild to severe."""
