"""What the SavedModel answers on evaluation examples: the measure for its variants."""

import hashlib
import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from components.examples import read_records
from components.features import LABEL, SOURCE

BATCH = 64


@dataclass(frozen=True)
class Reference:
    """Examples with the SavedModel's answers, row by row."""

    inputs: np.ndarray
    """[examples, …]: the transformed tensor, as the network takes it."""
    probabilities: np.ndarray
    """[examples, classes], float32."""
    classes: list[str]
    """In the order of the probabilities."""
    labels: list[str]
    """The true class of each example; a class unknown to the model is always wrong."""


def choose_examples(paths: Sequence[str], count: int) -> list[bytes]:
    """Chooses the examples with the smallest hash of their `source`: random, yet always the same.

    Args:
      paths: gzipped TFRecord files of serialized `tf.Example`.
      count: how many; all where there are fewer.

    Returns:
      Serialized examples in the order of their hashes.
    """
    return heapq.nsmallest(count, read_records(sorted(paths)), key=_hash_of_source)


def take_reference(saved_model: str, examples: Sequence[bytes]) -> Reference:
    """Runs a SavedModel on serialized examples.

    Args:
      saved_model: folder with the signatures `serving_default` (`probabilities`, `all_classes`)
        and `transform_features` (one tensor).
      examples: serialized `tf.Example`, with `label`; at least one.
    """
    signatures = tf.saved_model.load(saved_model).signatures
    inputs, probabilities, classes = [], [], []
    for start in range(0, len(examples), BATCH):
        batch = tf.constant(examples[start : start + BATCH])
        (transformed,) = signatures["transform_features"](examples=batch).values()
        answer = signatures["serving_default"](examples=batch)
        inputs.append(transformed.numpy())
        probabilities.append(answer["probabilities"].numpy())
        classes = answer["all_classes"].numpy()[0]
    return Reference(
        inputs=np.concatenate(inputs),
        probabilities=np.concatenate(probabilities),
        classes=[name.decode() for name in classes],
        labels=[b"".join(_values(example, LABEL)).decode() for example in examples],
    )


def _hash_of_source(example: bytes) -> tuple[bytes, bytes]:
    source = b"".join(_values(example, SOURCE))
    return hashlib.sha256(source or example).digest(), example


def _values(example: bytes, feature: str) -> Sequence[bytes]:
    return tf.train.Example.FromString(example).features.feature[feature].bytes_list.value
