"""Converts a SavedModel's `tflite` signature to TensorFlow Lite.

The signature takes the transformed tensor, so that the file holds the network alone.
"""

import tensorflow as tf

SIGNATURE = "tflite"

OPTIMIZATIONS: dict[str, list[tf.lite.Optimize]] = {
    "float32": [],
    "dynamic_range": [tf.lite.Optimize.DEFAULT],
}
"""The converter's optimisations by variant: none, or weights as 8-bit integers with the
activations quantised at run time."""


def convert(saved_model: str, variant: str) -> bytes:
    """Returns the TensorFlow Lite model of a SavedModel, built-in operations only.

    Args:
      saved_model: folder of a SavedModel that has a signature `tflite`.
      variant: a key of `OPTIMIZATIONS`.

    Raises:
      Exception: whatever the converter raises; it may also abort the process.
    """
    converter = tf.lite.TFLiteConverter.from_saved_model(saved_model, signature_keys=[SIGNATURE])
    converter.optimizations = OPTIMIZATIONS[variant]
    return converter.convert()
