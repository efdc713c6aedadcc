"""A model as a server sees it: through the signature that TensorFlow Serving calls by default."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.saved_model import LABELS

_AT_ONCE = 250


class Classifier:
    """A SavedModel with the Trainer's signatures."""

    def __init__(self, saved_model: str) -> None:
        # Held, as its signatures hold no reference to the variables.
        self._model = tf.saved_model.load(saved_model)
        self._answer = self._model.signatures["serving_default"]
        self.classes = Path(saved_model, LABELS).read_text().splitlines()
        """In the order of the probabilities."""

    def probabilities(self, serialized: Sequence[bytes]) -> np.ndarray:
        """Returns float32 [examples, classes] of serialized `tf.Example`s, all at once."""
        return self._answer(examples=tf.constant(serialized))["probabilities"].numpy()


def batches(serialized: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yields as many examples at once as a model should look at."""
    rest = iter(serialized)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch
