"""Where in an image a network sees what it answers.

Grad-CAM (Selvaraju et al., 2017, "Grad-CAM: Visual Explanations from Deep Networks via
Gradient-based Localization") weighs the last maps before the head by what they do for a class. In
two respects this departs from it:

- It averages each map's gradients first, which is right where the maps are averaged next, and may
  point at the wrong place elsewhere. Here gradients and maps are multiplied place by place, as in
  HiResCAM (Draelos and Carin, 2020, "Use HiResCAM instead of Grad-CAM for faithful explanations of
  convolutional neural networks"). On maps that are averaged next the two are the same.
- An image of 32 × 32 pixels ends in maps of 4 × 4 or 8 × 8, on which an object is one or two
  places. So the maps of the last three sizes are asked and their answers averaged, as LayerCAM does
  (Jiang et al., 2021, "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization").
  On CIFAR-10, greying the quarter of an image that this points at cost the class more of its
  probability, and greying all else less, than with the last maps alone.

Own code: tf-explain was last released in 2021, before Keras 3, and looks into no network that lies
inside another, as the backbone of `transfer` does.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

SMALLEST_MAP = 4
"""Rows and columns; on fewer, a place would be a third of the image."""
SIZES = 3
"""Sizes of maps that are asked."""

_AT_ONCE = 16


def grad_cam(model: keras.Model, images: np.ndarray, classes: Sequence[int]) -> np.ndarray | None:
    """Finds the places that speak for a class.

    Args:
      model: from images to probabilities [batch, classes].
      images: float32 [n, height, width, channels], as the network takes them.
      classes: number of the class that is asked about, for each image.

    Returns:
      Heat, float32 [n, height, width]: 1 at the place that speaks most for the class, 0 where
      nothing does; 0 everywhere for an image without such a place. None for a network without
      maps, or with none that tells places apart.
    """
    parts = _parts(_without_softmax(model))
    if parts is None:
        return None
    heats = [
        _heat(parts, images[begin : begin + _AT_ONCE], classes[begin : begin + _AT_ONCE])
        for begin in range(0, len(images), _AT_ONCE)
    ]
    return np.concatenate([np.zeros((0, *images.shape[1:3]), np.float32), *heats])


class _Parts(NamedTuple):
    """A network in parts that are run one after the other."""

    before: list[keras.Model]
    maps: keras.Model
    """Returns maps of each size, then what the parts behind it take."""
    behind: list[keras.Model]


def _heat(parts: _Parts, images: np.ndarray, classes: Sequence[int]) -> np.ndarray:
    values = _run(parts.before, tf.convert_to_tensor(images))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(values)
        *all_maps, values = parts.maps(values, training=False)
        scores = _run(parts.behind, values)
        # What all scores have in common, the softmax leaves out.
        asked = tf.gather(scores, classes, batch_dims=1) - tf.reduce_mean(scores, axis=1)
    gradients = tape.gradient(asked, all_maps)
    heats = [
        _from_0_to_1(tf.image.resize(_contributions(maps, gradient), images.shape[1:3]))
        for maps, gradient in zip(all_maps, gradients, strict=True)
    ]
    return _from_0_to_1(tf.add_n(heats))[..., 0].numpy()


def _contributions(maps: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    """Returns what each place adds to the score: float32 [batch, rows, columns, 1]."""
    return tf.nn.relu(tf.reduce_sum(maps * gradient, axis=-1, keepdims=True))


def _from_0_to_1(heat: tf.Tensor) -> tf.Tensor:
    return tf.math.divide_no_nan(heat, tf.reduce_max(heat, axis=(1, 2, 3), keepdims=True))


def _run(models: Sequence[keras.Model], values: tf.Tensor) -> tf.Tensor:
    for model in models:
        values = model(values, training=False)
    return values


def _without_softmax(model: keras.Model) -> keras.Model:
    """Returns a network up to what its softmax takes; one that ends otherwise is left as it is.

    A probability that has reached 1 has no gradient.
    """
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):
        return keras.Model(model.input, last.input)
    if getattr(last, "activation", None) is not keras.activations.softmax:
        return model
    linear = type(last).from_config(last.get_config() | {"activation": "linear"})
    scores = linear(last.input)
    linear.set_weights(last.get_weights())
    return keras.Model(model.input, scores)


def _parts(model: keras.Model) -> _Parts | None:
    """Takes a network apart, and the one inside it, if there is one."""
    for layer in reversed(model.layers):
        if isinstance(layer, keras.Model) and not isinstance(layer, keras.Sequential):
            inside = _parts(layer)
            (node,) = layer._inbound_nodes
            before = keras.Model(model.input, node.input_tensors[0])
            behind = keras.Model(node.outputs[0], model.output)
            return inside and _Parts(
                [before, *inside.before], inside.maps, [*inside.behind, behind]
            )
    last = {}
    for operation in model.operations:
        maps = operation.output
        # The edges that a padding adds would shift every place.
        if isinstance(operation, keras.layers.InputLayer | keras.layers.ZeroPadding2D):
            continue
        if len(maps.shape) == 4 and min(maps.shape[1:3]) >= SMALLEST_MAP:
            last[maps.shape[1:3]] = maps
    if not last:
        return None
    smallest = [last[size] for size in sorted(last)[:SIZES]]
    return _Parts([], keras.Model(model.input, [*smallest, model.output]), [])
