"""How far one model's answers lie from another's, on the same examples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.non_inferiority import accuracy_bounds, bounds, count


@dataclass(frozen=True)
class Interval:
    """A share or a difference of shares, and bounds, each of which holds with the report's
    confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """What a model answers, against two SavedModels: that of its own network, which it was made
    of, and the one in service. Of all but students they are one and the same."""

    agreement: float
    """Share of examples that it puts into the same class as its own SavedModel."""
    max_difference: float
    """Largest absolute difference of any probability from its own SavedModel."""
    accuracy: Interval
    """Share of examples whose most probable class is the true one."""
    difference: Interval
    """Its accuracy minus that of the SavedModel in service."""
    only_this_right: int
    only_saved_model_right: int
    """Examples that one of this and the SavedModel in service has right, and the other wrong."""


def compare(
    probabilities: np.ndarray,
    own: np.ndarray,
    truth: np.ndarray,
    in_service_right: np.ndarray,
    confidence: float,
) -> Comparison:
    """Compares a model's answers.

    Args:
      probabilities: of the model, [examples, classes].
      own: of the SavedModel that it was made of, likewise.
      truth: place of each example's true class, int [examples]; -1 where no model knows it.
      in_service_right: of which examples the SavedModel in service has the class right, bool
        [examples].
      confidence: of each bound, in 0.5..1.
    """
    is_right = right(probabilities, truth)
    paired = count(is_right, in_service_right)
    low, high = bounds(paired, confidence)
    return Comparison(
        agreement=float((probabilities.argmax(axis=1) == own.argmax(axis=1)).mean()),
        max_difference=float(np.abs(probabilities - own).max()),
        accuracy=Interval(
            float(is_right.mean()), *accuracy_bounds(int(is_right.sum()), len(truth), confidence)
        ),
        difference=Interval(float(paired.difference), float(low), float(high)),
        only_this_right=int(paired.only_candidate),
        only_saved_model_right=int(paired.only_baseline),
    )


def places(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """Returns the place of each label among the classes, int [examples]; -1 where it is none."""
    found = {name: place for place, name in enumerate(classes)}
    return np.array([found.get(label, -1) for label in labels])


def right(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Returns of which examples the most probable class is the true one, bool [examples]."""
    return probabilities.argmax(axis=1) == truth
