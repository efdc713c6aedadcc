"""Begins a training with the weights of an earlier model, as far as they mean the same.

A new span of data has its own vocabulary, and perhaps its own classes. So the vectors of words are
taken over word by word, and the outputs class by class; what is new begins as in any training.
What a weight hangs on, its layer's name tells: see `components/trainer/models/__init__.py`.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from components.saved_model import LABELS
from components.token_ids import RESERVED, VOCABULARY
from components.trainer.models import HASHED, HEAD, TOKENS
from components.trainer.phases import Phase

_KEY = "variables/{}/.ATTRIBUTES/VARIABLE_VALUE"


def take_over(
    model: keras.Model, base: str, classes: Sequence[bytes], vocabulary: Sequence[bytes]
) -> bool:
    """Gives a model the weights of one that `signatures.export` wrote.

    Args:
      model: built, untrained.
      base: folder of the earlier SavedModel.
      classes: names in the order of the model's outputs.
      vocabulary: tokens in the order of their ids, the reserved ones left out; empty for images.

    Returns:
      Whether the model has them. It is left as it was where the earlier model is of another
      architecture, or has other options.
    """
    earlier = _read_weights(base, model)
    if earlier is None:
        return False
    earlier_classes = _lines(f"{base}/{LABELS}")
    earlier_vocabulary = _lines(f"{base}/assets/{VOCABULARY}") if vocabulary else []
    taken = []
    for weight, values in zip(model.weights, earlier, strict=True):
        own, layer = np.array(weight), weight.path.split("/")[-2]
        if layer.startswith(HASHED) and list(vocabulary) != earlier_vocabulary:
            values = own
        elif layer.startswith(TOKENS):
            rows = _same(vocabulary, earlier_vocabulary) + RESERVED
            reserved = np.arange(RESERVED)[:, None].repeat(2, axis=1)
            values = _merged(own, values, np.concatenate([reserved, rows]))
        elif layer.startswith(HEAD):
            values = _merged(own.T, values.T, _same(classes, earlier_classes)).T
        if values.shape != own.shape:
            return False
        taken.append(values)
    model.set_weights(taken)
    return True


def head_alone(model: keras.Model) -> Phase:
    """Returns a training of the outputs on features that stay as they are."""

    def freeze() -> None:
        for layer in model.layers:
            layer.trainable = layer.name.startswith(HEAD)

    return Phase("head", 1.0, 1.0, freeze)


def _read_weights(base: str, model: keras.Model) -> list[np.ndarray] | None:
    """Returns values in the order of `model.weights`; None where their number differs."""
    checkpoint = tf.train.load_checkpoint(f"{base}/variables/variables")
    # Numbered in the order of the model's variables; `weights` lacks dropout's random states.
    keys = {id(variable): _KEY.format(i) for i, variable in enumerate(model.variables)}
    count = sum(key.startswith("variables/") for key in checkpoint.get_variable_to_shape_map())
    if count != len(keys):
        return None
    return [checkpoint.get_tensor(keys[id(weight)]) for weight in model.weights]


def _lines(path: str) -> list[bytes]:
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read().split(b"\n")[:-1]


def _same(names: Sequence[bytes], earlier: Sequence[bytes]) -> np.ndarray:
    """Returns the places of a name in both lists: int64 [names in both, 2]."""
    places = {name: place for place, name in enumerate(earlier)}
    found = [(place, places[name]) for place, name in enumerate(names) if name in places]
    return np.array(found, np.int64).reshape(-1, 2)


def _merged(own: np.ndarray, earlier: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Returns `own` with rows of `earlier`; `earlier` itself where they can't belong together."""
    if own.shape[1:] != earlier.shape[1:]:
        return earlier
    merged = own.copy()
    merged[places[:, 0]] = earlier[places[:, 1]]
    return merged
