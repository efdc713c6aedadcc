"""The trained network as a Keras file, beside the report of its training.

From the transformed feature to probabilities, in float32, of Keras's own layers alone: a process
that knows nothing of the trainer reads it. A SavedModel answers, but has no layers to look into,
and none to train.
"""

import logging
import tempfile
from pathlib import Path

import keras
import tensorflow as tf

MODEL = "model.keras"
_logger = logging.getLogger("progress")


def write(model: keras.Model, folder: str) -> None:
    """Writes `model.keras`, whole or not at all.

    Args:
      model: built of Keras's own layers.
      folder: where to, a path that TensorFlow can write; it exists.
    """
    target = f"{folder}/{MODEL}"
    # Keras writes to local disks alone, and only under a name with this ending.
    with tempfile.TemporaryDirectory() as local:
        model.save(f"{local}/{MODEL}")
        tf.io.gfile.copy(f"{local}/{MODEL}", f"{target}.partial", overwrite=True)
    tf.io.gfile.rename(f"{target}.partial", target, overwrite=True)


def read(folder: str) -> keras.Model | None:
    """Reads `model.keras`.

    Args:
      folder: of the artifact `model_run`, a path that TensorFlow can read.

    Returns:
      The network, not compiled. None where there is none, as trainings of earlier versions left
      none, and where it holds a layer that isn't Keras's.
    """
    source = f"{folder}/{MODEL}"
    if not tf.io.gfile.exists(source):
        return None
    with tempfile.TemporaryDirectory() as local:
        copy = Path(local, MODEL)
        tf.io.gfile.copy(source, str(copy))
        try:
            return keras.saving.load_model(copy, compile=False)
        # What Keras raises for a class that it can't find.
        except TypeError as error:
            reason = str(error).rpartition("Exception encountered: ")[2].partition(".")[0]
            _logger.warning("%s can't be read: %s", source, reason)
            return None
