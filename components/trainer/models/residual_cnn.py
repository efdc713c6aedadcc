"""Residual network for images of 8 to a few hundred pixels.

Pre-activation residual blocks (He et al., 2016, "Identity Mappings in Deep Residual Networks") in
stages; each stage halves the image and doubles the channels. How often to halve follows from the
image's size, so that a digit of 8 × 8 pixels keeps a map of 4 × 4 and a photograph begins with a
coarse stem instead of minutes of full-size convolutions.
"""

from collections.abc import Sequence

import keras
from keras import layers

INPUT = "image"

_SMALLEST_MAP = 4
_LARGEST_MAP = 64


def build(
    image_shape: Sequence[int],
    class_count: int,
    *,
    width: int = 32,
    stages: int = 3,
    depth: int = 2,
    dropout: float = 0.1,
) -> keras.Model:
    """Builds the network, untrained.

    Args:
      image_shape: height, width and channels of the standardised image.
      class_count: number of classes.
      width: channels of the first stage.
      stages: at most so many; fewer where the image is too small to be halved so often.
      depth: residual blocks a stage.
      dropout: share of the pooled features that are dropped in training.

    Returns:
      A model from float [batch, height, width, channels] to float32 probabilities
      [batch, classes].
    """
    smallest, largest = min(image_shape[:2]), max(image_shape[:2])
    shrink = 1
    while largest // shrink > _LARGEST_MAP and smallest // (2 * shrink) >= _SMALLEST_MAP:
        shrink *= 2
    images = keras.Input(tuple(image_shape), name="image")
    maps = _convolution(width, max(3, 2 * shrink - 1), strides=shrink)(images)
    for stage in range(stages):
        if stage and min(maps.shape[1:3]) < 2 * _SMALLEST_MAP:
            break
        for block in range(depth):
            halve = stage > 0 and block == 0
            maps = _residual_block(maps, width * 2**stage, strides=2 if halve else 1)
    maps = layers.Activation("relu")(_normalisation()(maps))
    features = layers.GlobalAveragePooling2D()(maps)
    features = layers.Dropout(dropout)(features)
    probabilities = layers.Dense(class_count, activation="softmax", dtype="float32")(features)
    return keras.Model(images, probabilities, name="residual_cnn")


def _residual_block(maps, channels: int, strides: int):
    normal = layers.Activation("relu")(_normalisation()(maps))
    shortcut = maps
    if strides > 1:
        shortcut = layers.AveragePooling2D(strides, padding="same")(shortcut)
    if shortcut.shape[-1] != channels:
        shortcut = _convolution(channels, 1)(shortcut)
    branch = _convolution(channels, 3, strides=strides)(normal)
    branch = layers.Activation("relu")(_normalisation()(branch))
    branch = _convolution(channels, 3)(branch)
    return layers.Add()([shortcut, branch])


def _convolution(channels: int, size: int, strides: int = 1) -> layers.Conv2D:
    return layers.Conv2D(
        channels,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )


def _normalisation() -> layers.BatchNormalization:
    # Keras' default of 0.99 takes hundreds of steps to follow; small data has fewer an epoch.
    return layers.BatchNormalization(momentum=0.9)
