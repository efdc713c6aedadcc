"""How far a variant's answers lie from the SavedModel's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Comparison:
    """A variant against the SavedModel, on the same examples."""

    agreement: float
    """Share of examples for which both give the same class the highest probability."""
    max_difference: float
    """Largest absolute difference of any probability."""
    accuracy: float
    """Share of examples for which the variant's class is the true one."""


def compare(
    probabilities: np.ndarray,
    expected: np.ndarray,
    classes: Sequence[str],
    labels: Sequence[str],
) -> Comparison:
    """Compares a variant's probabilities with the SavedModel's.

    Args:
      probabilities: [examples, classes], of the variant.
      expected: [examples, classes], of the SavedModel.
      classes: names in the order of the columns.
      labels: the true class of each example.
    """
    same = probabilities.argmax(axis=1) == expected.argmax(axis=1)
    return Comparison(
        agreement=float(same.mean()),
        max_difference=float(np.abs(probabilities - expected).max()),
        accuracy=accuracy(probabilities, classes, labels),
    )


def accuracy(probabilities: np.ndarray, classes: Sequence[str], labels: Sequence[str]) -> float:
    """Returns the share of examples whose most probable class is the true one."""
    predicted = np.asarray(classes)[probabilities.argmax(axis=1)]
    return float((predicted == np.asarray(labels)).mean())
