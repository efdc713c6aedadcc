"""A SavedModel that the Trainer exported: the measure for its variants."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from components.saved_model import SavedModel, batches

SIGNATURE = "tflite"
"""From the transformed feature to `PROBABILITIES`: the network alone."""
PROBABILITIES = "probabilities"


class Network(SavedModel):
    """A SavedModel with the signatures `predict`, `transform_features` and `tflite`."""

    @property
    def input(self) -> tf.TensorSpec:
        """What the signature `tflite` takes."""
        (spec,) = self._inputs(SIGNATURE).values()
        return spec

    def transform(self, serialized: Sequence[bytes]) -> np.ndarray:
        """Returns the transformed feature of serialized `tf.Example`s: [examples, ...], in the
        number type that the signature `tflite` takes."""
        signature = self.signatures["transform_features"]

        def transformed(batch: tf.Tensor) -> tf.Tensor:
            (feature,) = signature(examples=batch).values()
            return feature

        return _batched(transformed, serialized).astype(self.input.dtype.as_numpy_dtype)

    def predict(self, raw: Sequence[bytes]) -> np.ndarray:
        """Returns the probabilities of raw images or texts, float32 [examples, classes]: the
        signature that a client of the server calls."""
        signature = self.signatures["predict"]
        (name,) = self._inputs("predict")
        return _batched(lambda batch: signature(**{name: batch})[PROBABILITIES], raw)

    def _inputs(self, signature: str) -> dict[str, tf.TensorSpec]:
        return self.signatures[signature].structured_input_signature[1]


def _batched(function: Callable[[tf.Tensor], tf.Tensor], values: Sequence[bytes]) -> np.ndarray:
    return np.concatenate([function(tf.constant(batch)).numpy() for batch in batches(values)])
