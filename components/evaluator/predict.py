"""Lets a candidate and a baseline look at raw examples."""

import math
import sys
from array import array
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from components.errors import InputError
from components.evaluator.classifier import Classifier
from components.evaluator.predictions import Predictions
from components.evaluator.slices import MOST_CLASSES, quantile_slices, sliced_features
from components.examples import read_splits, values
from components.features import LABEL, SOURCE
from components.saved_model import batches


class _Facts:
    """What is kept of the examples beside what the models say of them."""

    def __init__(self, features: Sequence[str]) -> None:
        self.sources: list[str] = []
        self.labels: list[str] = []
        self.measured = {feature: array("d") for feature in features}
        """By feature, of each example; NaN where ingest has not measured it."""

    def add(self, example: tf.train.Example) -> None:
        self.sources.append(values(example, SOURCE)[0])
        # A class that many examples have is held once.
        self.labels.append(sys.intern(values(example, LABEL)[0]))
        for feature, measured in self.measured.items():
            measured.append(next(iter(values(example, feature)), math.nan))


def predict(
    examples_uri: str,
    split: str,
    candidate: str,
    baseline: str | None,
    kind: str,
    sliced: Sequence[str] | None,
    quantiles: int,
) -> Predictions:
    """Lets a candidate, and a baseline where there is one, look at every example of a split once.

    Args:
      examples_uri: an Examples artifact of raw examples.
      split: its name.
      candidate: folder of a SavedModel.
      baseline: likewise.
      kind: `image` or `text`.
      sliced: quality features to slice by; None is all of them.
      quantiles: slices of a feature.

    Raises:
      InputError: the split is empty.
    """
    models = [Classifier(each) for each in (candidate, baseline) if each]
    facts = _Facts(sliced_features(kind, sliced)[1:])
    answers: list[list[np.ndarray]] = [[] for _ in models]
    for batch in batches(read_splits(examples_uri, [split])):
        for serialized in batch:
            facts.add(tf.train.Example.FromString(serialized))
        for model, answer in zip(models, answers, strict=True):
            answer.append(model.probabilities(batch))
    if not facts.sources:
        raise InputError(f"the split {split!r} has no examples, so no model can be evaluated")
    classes = models[0].classes
    found = [np.concatenate(answer) for answer in answers]
    slices = {LABEL: facts.labels} if len(classes) <= MOST_CLASSES else {}
    for feature, measured in facts.measured.items():
        numbers = np.array(measured)
        # Where ingest has not measured some of them, there is nothing to slice by.
        if not np.isnan(numbers).any() and (names := quantile_slices(numbers, quantiles)):
            slices[feature] = names
    return Predictions(
        classes=classes,
        sources=facts.sources,
        labels=facts.labels,
        candidate=found[0],
        baseline=_in_order(found[1], models[1].classes, classes) if baseline else None,
        slices=slices,
    )


def _in_order(
    probabilities: np.ndarray, classes: Sequence[str], wanted: Sequence[str]
) -> np.ndarray:
    """Returns the columns of other classes: 0 where a class is missing."""
    columns = {name: probabilities[:, place] for place, name in enumerate(classes)}
    nothing = np.zeros(len(probabilities), probabilities.dtype)
    return np.stack([columns.get(name, nothing) for name in wanted], axis=1)
