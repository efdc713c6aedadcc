"""Random changes of training images, whole batches at a time.

Applied in the input data, never in the model, so that nothing of it reaches the exported graph.
Chance comes in from outside (`chance.py`), and the rest is Keras alone, so that the same changes
can be made on any backend.
"""

from math import pi
from typing import Any

from keras import ops

CHANCES = 8
"""How many random numbers `augment` needs for an image."""


def augment(
    images: Any,
    chances: Any,
    *,
    flip: bool,
    shift: float,
    rotation: float,
    zoom: float,
    contrast: float,
    cutout: float = 0.0,
) -> Any:
    """Changes each image for itself.

    Flip, rotation, zoom and shift are one affine map, so pixels are interpolated once. What comes
    in from outside repeats the border.

    Args:
      images: float32 [batch, height, width, channels].
      chances: float32 [batch, CHANCES], uniform from -1 to 1.
      flip: mirror left and right, half of the images.
      shift: up to this share of the width and height, either way; by whole pixels where there is
        neither rotation nor zoom.
      rotation: up to so many degrees, either way.
      zoom: larger or smaller by up to this share.
      contrast: stronger or weaker by up to this share, about the image's own mean.
      cutout: a rectangle of this share of the height and width becomes 0, which is the mean of
        standardised images; it may lie partly outside. Source: DeVries and Taylor, 2017, "Improved
        Regularization of Convolutional Neural Networks with Cutout".

    Returns:
      float32 of the same shape.
    """
    mirrored, turned, zoomed, right, down, contrasted, cut_down, cut_right = ops.unstack(
        chances, axis=1
    )
    height, width = images.shape[1:3]
    if flip or shift or rotation or zoom:
        mirror = ops.where(mirrored < 0, -1.0, 1.0) if flip else ops.ones_like(mirrored)
        angle = turned * rotation * pi / 180
        scale = 1 + zoomed * zoom
        centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
        a, b = ops.cos(angle) * scale * mirror, -ops.sin(angle) * scale
        c, d = ops.sin(angle) * scale * mirror, ops.cos(angle) * scale
        shift_x, shift_y = right * shift * width, down * shift * height
        if not (rotation or zoom):
            # Interpolated images would be smoother than those that are to be classified.
            shift_x, shift_y = ops.round(shift_x), ops.round(shift_y)
        offset_x = centre_x - a * centre_x - b * centre_y + shift_x
        offset_y = centre_y - c * centre_x - d * centre_y + shift_y
        zero = ops.zeros_like(angle)
        maps = ops.stack([a, b, offset_x, c, d, offset_y, zero, zero], axis=1)
        images = ops.image.affine_transform(
            images, maps, interpolation="bilinear", fill_mode="nearest"
        )
    if contrast:
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        factor = ops.reshape(1 + contrasted * contrast, (-1, 1, 1, 1))
        images = mean + factor * (images - mean)
    if cutout:
        near_y = _near(height, cut_down, cutout)[:, :, None, None]
        near_x = _near(width, cut_right, cutout)[:, None, :, None]
        images = ops.where(ops.logical_and(near_y, near_x), 0.0, images)
    return images


def mixup(images: Any, labels: Any, shares: Any) -> tuple[Any, Any]:
    """Blends each image, and its label, with the next one of the batch.

    Source: Zhang, Cissé, Dauphin and Lopez-Paz, 2018, "mixup: Beyond Empirical Risk Minimization".

    Args:
      images: float32 [batch, height, width, channels], in random order.
      labels: float32 [batch, classes], one-hot.
      shares: float32 [batch], how much of each image is kept, from a beta distribution.

    Returns:
      float32 of the same shapes.
    """
    shares = shares[:, None]
    mixed_labels = shares * labels + (1 - shares) * ops.roll(labels, 1, axis=0)
    shares = shares[:, :, None, None]
    return shares * images + (1 - shares) * ops.roll(images, 1, axis=0), mixed_labels


def _near(size: int, chance: Any, cutout: float) -> Any:
    """Tells which of the pixels along a side are hidden: bool [batch, size]."""
    pixels = ops.arange(size, dtype="float32") + 0.5
    middle = (chance + 1) * size / 2
    return ops.abs(pixels - middle[:, None]) < cutout * size / 2
