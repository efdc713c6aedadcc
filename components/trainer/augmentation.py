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

    Returns:
      float32 of the same shape.
    """
    count = tf.shape(images)[0]
    height, width = images.shape[1:3]
    seeds = iter(tf.unstack(tf.random.split(seed, 6)))

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
    return images
