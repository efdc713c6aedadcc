"""The SavedModels that the Trainer exports: names in them, and what it takes to ask one."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

import tensorflow as tf

from components.features import IMAGE, TEXT

LABELS = "assets.extra/labels.txt"
"""The classes' names, one a line, in the order of the outputs."""
EMBED = "embed"
"""The signature that says what the model sees of examples; older models lack it."""
PREDICT_INPUTS = {IMAGE: "image_bytes", TEXT: "text"}
"""What the signature `predict` calls its only input, by the kind of data."""
EXAMPLES_INPUT = "examples"
"""What signatures that take serialized `tf.Example`s call theirs."""
WARM_UP = "assets.extra/tf_serving_warmup_requests"
"""TFRecords of PredictionLog, which a server plays when it has loaded the model."""
_AT_ONCE = 250


class SavedModel:
    """A model as a server has it."""

    def __init__(self, folder: str) -> None:
        """Loads it."""
        self.folder = folder
        # Held, as its signatures hold no reference to the variables.
        self._model = tf.saved_model.load(folder)

    @property
    def signatures(self) -> Mapping[str, Any]:
        """Its functions, by name."""
        return self._model.signatures

    @cached_property
    def classes(self) -> list[str]:
        """Names of the classes, in the order of the probabilities."""
        with tf.io.gfile.GFile(os.path.join(self.folder, LABELS)) as file:
            return file.read().splitlines()


def batches(values: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yields as many examples, images or texts at once as a model should look at."""
    rest = iter(values)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch
