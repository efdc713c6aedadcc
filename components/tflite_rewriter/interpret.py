"""Runs a TensorFlow Lite model on examples, one at a time, as a phone does."""

import numpy as np
import tensorflow as tf

from components.tflite_rewriter.convert import SIGNATURE

PROBABILITIES = "probabilities"


def interpret(model: str, inputs: np.ndarray) -> np.ndarray:
    """Returns what a model answers.

    Args:
      model: path of a `.tflite` file whose signature `tflite` takes one tensor.
      inputs: [examples, …], converted to the model's own number type.

    Returns:
      Probabilities [examples, classes], float32.

    Raises:
      ValueError: the file is no model, or answers with something that is not finite. A kernel
        may also abort the process.
    """
    runner = tf.lite.Interpreter(model_path=model).get_signature_runner(SIGNATURE)
    ((name, details),) = runner.get_input_details().items()
    batches = inputs[:, np.newaxis]
    outputs = [runner(**{name: np.asarray(x, details["dtype"])})[PROBABILITIES] for x in batches]
    probabilities = np.concatenate(outputs).astype(np.float32)
    if not np.isfinite(probabilities).all():
        raise ValueError("the probabilities are not all finite")
    return probabilities
