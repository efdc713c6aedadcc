"""Residual network for images of 8 to a few hundred pixels.

Pre-activation residual blocks (He et al., 2016, "Identity Mappings in Deep Residual Networks") in
stages; each stage halves the image and doubles the channels. How often to halve follows from the
image's size, so that a digit of 8 × 8 pixels keeps a map of 4 × 4 and a photograph begins with a
coarse stem instead of minutes of full-size convolutions.

Optional, for larger data and longer training: attention in every block, blocks that begin as the
identity, and stochastic depth. The defaults have 0.7 million parameters on CIFAR-10, the options
in `LARGEST` 4.2 million.
"""

from collections.abc import Sequence

import keras
from keras import layers, ops

from components.trainer.batch_normalization import FusedBatchNormalization

INPUT = "image"

LARGEST = {"width": 48, "depth": 5, "attention": True, "zero_init_residual": True}
"""Options of the largest network that this project measures."""

_SMALLEST_MAP = 4
_LARGEST_MAP = 64
_ATTENTION_REDUCTION = 16
_ATTENTION_WINDOW = 7


def build(
    image_shape: Sequence[int],
    class_count: int,
    *,
    width: int = 32,
    stages: int = 3,
    depth: int = 2,
    pooled_stem: bool = False,
    attention: bool = False,
    zero_init_residual: bool = False,
    stochastic_depth: float = 0.0,
    dropout: float = 0.1,
) -> keras.Model:
    """Builds the network, untrained.

    Args:
      image_shape: height, width and channels of the standardised image.
      class_count: number of classes.
      width: channels of the first stage.
      stages: at most so many; fewer where the image is too small to be halved so often.
      depth: residual blocks a stage.
      pooled_stem: halve the image right after the first convolution. At full size, time goes into
        reading and writing maps; at half, into the arithmetic of more channels.
      attention: weigh the channels, then the places, of every block (CBAM).
      zero_init_residual: begin with every block as the identity, which eases the first steps of
        deep networks.
      stochastic_depth: chance that an example skips the last block in training; it rises
        linearly from the first block, which is skipped least.
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
    if pooled_stem:
        maps = layers.MaxPooling2D(padding="same")(maps)
    strides = [
        2 if stage and block == 0 else 1
        for stage in range(_stages(maps.shape, stages))
        for block in range(depth)
    ]
    for number, stride in enumerate(strides):
        channels = width * 2 ** (number // depth)
        shortcut, branch = _residual_block(maps, channels, stride, zero_init_residual)
        if attention:
            branch = _convolutional_attention(branch)
        if stochastic_depth:
            rate = stochastic_depth * (number + 1) / len(strides)
            branch = layers.Dropout(rate, noise_shape=(None, 1, 1, 1))(branch)
        maps = layers.Add()([shortcut, branch])
    maps = layers.Activation("relu")(_normalisation()(maps))
    features = layers.GlobalAveragePooling2D()(maps)
    features = layers.Dropout(dropout)(features)
    head = layers.Dense(class_count, activation="softmax", dtype="float32", name="head")
    probabilities = head(features)
    return keras.Model(images, probabilities, name="residual_cnn")


def _stages(shape: Sequence[int | None], most: int) -> int:
    """Returns how many stages maps of [batch, height, width, channels] can be halved for."""
    size, stages = min(shape[1:3]), 1
    while stages < most and size >= 2 * _SMALLEST_MAP:
        size, stages = -(-size // 2), stages + 1
    return stages


def _residual_block(maps, channels: int, strides: int, zero_init_residual: bool):
    """Returns the shortcut and the branch of a block, which are yet to be added.

    Goyal et al. (2017, "Accurate, Large Minibatch SGD") begin with a zero scale in each branch's
    last normalisation. Before an activation, where it lies here, a zero scale would have no
    gradient; a zero kernel in the last convolution has the same effect, and learns.
    """
    normal = layers.Activation("relu")(_normalisation()(maps))
    shortcut = maps
    if strides > 1:
        shortcut = layers.AveragePooling2D(strides, padding="same")(shortcut)
    if shortcut.shape[-1] != channels:
        shortcut = _convolution(channels, 1)(shortcut)
    branch = _convolution(channels, 3, strides=strides)(normal)
    branch = layers.Activation("relu")(_normalisation()(branch))
    last_kernel = "zeros" if zero_init_residual else "he_normal"
    branch = _convolution(channels, 3, initializer=last_kernel)(branch)
    return shortcut, branch


def _convolutional_attention(maps):
    """Weighs channels, then places.

    After Woo et al. (2018), "CBAM: Convolutional Block Attention Module". Both weights, from 0 to
    1, are computed from the mean and the maximum over what they do not tell apart.
    """
    channels = maps.shape[-1]
    squeeze = layers.Dense(
        max(4, channels // _ATTENTION_REDUCTION),
        activation="relu",
        kernel_initializer="he_normal",
    )
    excite = layers.Dense(channels)
    pools = (
        layers.GlobalAveragePooling2D(keepdims=True),
        layers.GlobalMaxPooling2D(keepdims=True),
    )
    scores = layers.Add()([excite(squeeze(pool(maps))) for pool in pools])
    maps = layers.Multiply()([maps, layers.Activation("sigmoid")(scores)])
    # The sum of two convolutions is one of both maps side by side, which in a quantised model would
    # have one scale, and the maximum be cut off.
    mean, most = ops.mean(maps, axis=-1, keepdims=True), ops.max(maps, axis=-1, keepdims=True)
    of_mean = layers.Conv2D(1, _ATTENTION_WINDOW, padding="same")(mean)
    of_most = layers.Conv2D(1, _ATTENTION_WINDOW, padding="same", use_bias=False)(most)
    scores = layers.Add()([of_mean, of_most])
    return layers.Multiply()([maps, layers.Activation("sigmoid")(scores)])


def _convolution(
    channels: int, size: int, strides: int = 1, initializer: str = "he_normal"
) -> layers.Conv2D:
    return layers.Conv2D(
        channels,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer=initializer,
    )


def _normalisation() -> FusedBatchNormalization:
    # Keras' default of 0.99 takes hundreds of steps to follow; small data has fewer an epoch.
    return FusedBatchNormalization(momentum=0.9)
