"""Random changes of training images, whole batches at a time.

Applied in the input data, never in the model, so that nothing of it reaches the exported graph.
"""

from math import pi

import keras
import tensorflow as tf


def augment(
    images: tf.Tensor,
    seed: tf.Tensor,
    *,
    flip: bool,
    shift: float,
    rotation: float,
    zoom: float,
    contrast: float,
    cutout: float = 0.0,
) -> tf.Tensor:
    """Changes each image by chance and for itself.

    Flip, rotation, zoom and shift are one affine map, so pixels are interpolated once. What comes
    in from outside repeats the border.

    Args:
      images: float32 [batch, height, width, channels].
      seed: int64 [2]; the same seed makes the same changes.
      flip: mirror left and right, half of the images.
      shift: up to this share of the width and height, either way.
      rotation: up to so many degrees, either way.
      zoom: larger or smaller by up to this share.
      contrast: stronger or weaker by up to this share, about the image's own mean.
      cutout: a rectangle of this share of the height and width becomes 0, which is the mean of
        standardised images; it may lie partly outside. Source: DeVries and Taylor, 2017, "Improved
        Regularization of Convolutional Neural Networks with Cutout".

    Returns:
      float32 of the same shape.
    """
    count = tf.shape(images)[0]
    height, width = images.shape[1:3]
    seeds = iter(tf.unstack(tf.random.split(seed, 8)))

    def uniform(limit: float) -> tf.Tensor:
        return tf.random.stateless_uniform([count], next(seeds), -limit, limit)

    mirror = tf.where(uniform(1.0) < 0, -1.0, 1.0) if flip else tf.ones([count])
    angle = uniform(rotation * pi / 180)
    scale = 1 + uniform(zoom)
    shift_x, shift_y = uniform(shift) * width, uniform(shift) * height
    if flip or shift or rotation or zoom:
        centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
        a, b = tf.cos(angle) * scale * mirror, -tf.sin(angle) * scale
        c, d = tf.sin(angle) * scale * mirror, tf.cos(angle) * scale
        offset_x = centre_x - a * centre_x - b * centre_y + shift_x
        offset_y = centre_y - c * centre_x - d * centre_y + shift_y
        zero = tf.zeros([count])
        maps = tf.stack([a, b, offset_x, c, d, offset_y, zero, zero], axis=1)
        images = keras.ops.image.affine_transform(
            images, maps, interpolation="bilinear", fill_mode="nearest"
        )
    if contrast:
        mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
        factor = tf.reshape(1 + uniform(contrast), [-1, 1, 1, 1])
        images = mean + factor * (images - mean)
    if cutout:
        rows, columns = tf.range(height, dtype=tf.float32), tf.range(width, dtype=tf.float32)
        middle_y, middle_x = uniform(0.5) * height, uniform(0.5) * width
        near_y = tf.abs(rows + 0.5 - height / 2 - middle_y[:, None]) < cutout * height / 2
        near_x = tf.abs(columns + 0.5 - width / 2 - middle_x[:, None]) < cutout * width / 2
        hidden = near_y[:, :, None, None] & near_x[:, None, :, None]
        images = tf.where(hidden, 0.0, images)
    return images


def mixup(
    images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor, alpha: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """Blends each image, and its label, with the next one of the batch.

    Source: Zhang, Cissé, Dauphin and Lopez-Paz, 2018, "mixup: Beyond Empirical Risk Minimization".

    Args:
      images: float32 [batch, height, width, channels], in random order.
      labels: float32 [batch, classes], one-hot.
      seed: int64 [2]; the same seed makes the same blends.
      alpha: the share of an image is drawn from Beta(alpha, alpha), for each by itself; small
        values leave most images nearly pure.

    Returns:
      float32 of the same shapes.
    """
    shape = [2, tf.shape(images)[0]]
    seeds = tf.unstack(tf.random.split(seed, 2))
    # A beta number is the share of one gamma number in two. Gamma numbers of a small alpha are too
    # small for float32, but not their logarithms: G(alpha) = G(alpha + 1) · U^(1 / alpha).
    raised = tf.random.stateless_gamma(shape, seeds[0], alpha + 1)
    chance = tf.random.stateless_uniform(shape, seeds[1], minval=1e-7)
    logarithms = tf.math.log(raised) + tf.math.log(chance) / alpha
    share = tf.sigmoid(logarithms[0] - logarithms[1])[:, None]
    mixed_labels = share * labels + (1 - share) * tf.roll(labels, 1, axis=0)
    share = share[:, :, None, None]
    return share * images + (1 - share) * tf.roll(images, 1, axis=0), mixed_labels
