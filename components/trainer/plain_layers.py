"""A network without layers of the trainer's own, so that a process without the trainer reads it."""

import keras

from components.trainer.batch_normalization import FusedBatchNormalization


def plain(model: keras.Model) -> keras.Model:
    """Returns the same network, with the same weights, of Keras's own layers.

    Its answers differ by the rounding of float32: Keras normalises in several operations.

    Args:
      model: built by `prepare.build`.
    """
    copy = keras.models.clone_model(model, clone_function=_plain_layer)
    copy.set_weights(model.get_weights())
    return copy


def _plain_layer(layer: keras.layers.Layer) -> keras.layers.Layer:
    fused = isinstance(layer, FusedBatchNormalization)
    kind = keras.layers.BatchNormalization if fused else type(layer)
    return kind.from_config(layer.get_config())
