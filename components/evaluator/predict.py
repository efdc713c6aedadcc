"""Lets a candidate and a baseline look at raw examples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from components.errors import InputError
from components.evaluator.classifier import Classifier
from components.evaluator.predictions import Predictions
from components.evaluator.slices import MOST_CLASSES, quantile_slices, sliced_features
from components.examples import read_splits, values
from components.features import LABEL, SOURCE
from components.saved_model import batches


class _Facts(NamedTuple):
    """What is kept of an example beside what the models say of it."""

    source: str
    label: str
    measured: list[float | None]


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
    features = sliced_features(kind, sliced)[1:]
    facts: list[_Facts] = []
    answers: list[list[np.ndarray]] = [[] for _ in models]
    for batch in batches(read_splits(examples_uri, [split])):
        facts += [_facts(tf.train.Example.FromString(each), features) for each in batch]
        for model, answer in zip(models, answers, strict=True):
            answer.append(model.probabilities(batch))
    if not facts:
        raise InputError(f"the split {split!r} has no examples, so no model can be evaluated")
    classes = models[0].classes
    found = [np.concatenate(answer) for answer in answers]
    labels = [fact.label for fact in facts]
    slices = {LABEL: labels} if len(classes) <= MOST_CLASSES else {}
    for place, feature in enumerate(features):
        measured = [fact.measured[place] for fact in facts]
        # Where ingest has not measured some of them, there is nothing to slice by.
        if None not in measured and (names := quantile_slices(np.array(measured), quantiles)):
            slices[feature] = names
    return Predictions(
        classes=classes,
        sources=[fact.source for fact in facts],
        labels=labels,
        candidate=found[0],
        baseline=_in_order(found[1], models[1].classes, classes) if baseline else None,
        slices=slices,
    )


def _facts(example: tf.train.Example, features: Sequence[str]) -> _Facts:
    measured = [next(iter(values(example, feature)), None) for feature in features]
    return _Facts(values(example, SOURCE)[0], values(example, LABEL)[0], measured)


def _in_order(
    probabilities: np.ndarray, classes: Sequence[str], wanted: Sequence[str]
) -> np.ndarray:
    """Returns the columns of other classes: 0 where a class is missing."""
    columns = {name: probabilities[:, place] for place, name in enumerate(classes)}
    nothing = np.zeros(len(probabilities), probabilities.dtype)
    return np.stack([columns.get(name, nothing) for name in wanted], axis=1)
