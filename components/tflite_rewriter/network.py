"""A SavedModel that the Trainer exported: the measure for its variants."""

import os
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from components.saved_model import LABELS

SIGNATURE = "tflite"
"""From the transformed feature to `PROBABILITIES`: the network alone."""
PROBABILITIES = "probabilities"
_BATCH = 64


class Network:
    """A SavedModel with the signatures `predict`, `transform_features` and `tflite`."""

    def __init__(self, saved_model: str) -> None:
        """Loads it, and the class names that lie beside it."""
        self.folder = saved_model
        # Held, as its signatures hold no reference to the variables.
        self._model = tf.saved_model.load(saved_model)
        with tf.io.gfile.GFile(os.path.join(saved_model, LABELS)) as file:
            self.classes = file.read().splitlines()
        ((_, self.input),) = self._inputs(SIGNATURE).items()

    def transform(self, serialized: Sequence[bytes]) -> np.ndarray:
        """Returns the transformed feature of serialized `tf.Example`s: [examples, ...], in the
        number type that the signature `tflite` takes."""
        signature = self._model.signatures["transform_features"]

        def transformed(batch: tf.Tensor) -> tf.Tensor:
            (feature,) = signature(examples=batch).values()
            return feature

        return _batched(transformed, serialized).astype(self.input.dtype.as_numpy_dtype)

    def predict(self, raw: Sequence[bytes]) -> np.ndarray:
        """Returns the probabilities of raw images or texts, float32 [examples, classes]: the
        signature that a client of the server calls."""
        signature = self._model.signatures["predict"]
        (name,) = self._inputs("predict")
        return _batched(lambda batch: signature(**{name: batch})[PROBABILITIES], raw)

    def _inputs(self, signature: str) -> dict[str, tf.TensorSpec]:
        return self._model.signatures[signature].structured_input_signature[1]


def _batched(function: Callable[[tf.Tensor], tf.Tensor], values: Sequence[bytes]) -> np.ndarray:
    starts = range(0, len(values), _BATCH)
    batches = [function(tf.constant(values[start : start + _BATCH])) for start in starts]
    return np.concatenate([batch.numpy() for batch in batches])
