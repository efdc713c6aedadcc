"""Whether a server answers as a SavedModel does."""

import base64
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from components.saved_model import SavedModel
from pipeline.releases.probes import Probe

TOLERANCE = 1e-5
"""In probability: a batch of another size may round otherwise."""
_BYTES = "_bytes"
"""REST encodes the strings of an output so named."""

Answer = Mapping[str, np.ndarray]
"""Outputs by name; the first dimension is that of the examples."""


def own_answers(saved_model: Path, probes: Sequence[Probe]) -> list[Answer]:
    """Returns what a SavedModel answers in this process."""
    model = SavedModel(str(saved_model))
    answers = []
    for probe in probes:
        inputs = {name: tf.constant(array) for name, array in probe.inputs.items()}
        outputs = model.signatures[probe.signature](**inputs)
        answers.append({name: tensor.numpy() for name, tensor in outputs.items()})
    return answers


def as_json(array: np.ndarray) -> Any:
    """Returns an input as REST takes it."""
    return _encoded(array.tolist())


def equal_answers(own: Answer, served: Any) -> tuple[int, int]:
    """Compares a server's answer with a SavedModel's own.

    Args:
      own: of the SavedModel.
      served: "outputs" of the server's answer by REST.

    Returns:
      For how many examples everything is equal, numbers to `TOLERANCE`; and how many there are.
    """
    count = _examples(own)
    if len(own) == 1 and not isinstance(served, dict):
        served = {name: served for name in own}
    if not isinstance(served, dict) or served.keys() != own.keys():
        return 0, count
    equal = np.ones(count, bool)
    for name, array in own.items():
        equal &= _equal_rows(name, array, served[name], count)
    return int(equal.sum()), count


def _examples(own: Answer) -> int:
    """Returns how many examples an answer is about; 1 where that cannot be told."""
    sizes = {array.shape[0] if array.shape else None for array in own.values()}
    size = sizes.pop() if len(sizes) == 1 else None
    return 1 if size is None else size


def _equal_rows(name: str, own: np.ndarray, served: Any, count: int) -> np.ndarray:
    """Returns which examples are equal in an output: bool [count]."""
    is_text = own.dtype == object
    try:
        array = np.array(served, object if is_text else np.float64)
    except (TypeError, ValueError):
        return np.zeros(count, bool)
    if array.shape != own.shape:
        return np.zeros(count, bool)
    if is_text:
        shown = [_text(name, each) for each in own.ravel()]
        equal = np.array([a == b for a, b in zip(array.ravel(), shown, strict=True)], bool)
    else:
        # NaN is none of a model's answers, and equals nothing.
        equal = np.abs(array.ravel() - own.ravel().astype(np.float64)) <= TOLERANCE
    return equal.reshape(count, math.prod(own.shape) // count if count else 0).all(axis=1)


def _text(name: str, value: bytes) -> Any:
    return _encoded(value) if name.endswith(_BYTES) else value.decode(errors="replace")


def _encoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_encoded(each) for each in value]
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return value
