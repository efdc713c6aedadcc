"""What TFMA measures of a classifier, all of it from one tally of the examples.

TFMA's own metrics go through all examples once for each class, fail where a slice lacks a class,
and know no calibration error of the predicted class. The names here are keys of TFMA's results.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma

ACCURACY, MACRO_F1, AUC = "accuracy", "macro_f1", "auc"
LOG_LOSS, CALIBRATION_ERROR = "log_loss", "calibration_error"
SCALARS = (ACCURACY, MACRO_F1, AUC, LOG_LOSS, CALIBRATION_ERROR)
LOWER_IS_BETTER = frozenset({LOG_LOSS, CALIBRATION_ERROR})
CONFUSION, CALIBRATION = "confusion", "calibration"
"""Arrays: [true class, predicted class]; [bin: examples, sum of confidences, examples right]."""

BINS = 15
"""Of the confidence, equally wide."""
_SCORES = 256
"""Steps in which AUC tells probabilities apart, equally wide in the logarithm of the odds."""
_MOST_LOG_ODDS = 16.2
_LEAST_PROBABILITY = 1e-7
_AT_ONCE = 256


@dataclass
class Tally:
    """Counts of examples; tallies of two sets add up to that of both."""

    confusion: np.ndarray
    """int64 [true class, predicted class]."""
    calibration: np.ndarray
    """float64 [BINS, 3]: examples, sum of the highest probabilities, examples right."""
    log_loss: float
    """Sum over the examples, in nats."""
    scores: np.ndarray
    """int64 [class, 2, steps]: examples of other classes, and of this one, by their score."""

    @classmethod
    def empty(cls, classes: int) -> "Tally":
        """Returns a tally of no examples."""
        return cls(
            np.zeros((classes, classes), np.int64),
            np.zeros((BINS, 3)),
            0.0,
            np.zeros((classes, 2, _SCORES), np.int64),
        )

    def add(self, labels: np.ndarray, probabilities: np.ndarray) -> None:
        """Counts examples.

        Args:
          labels: places of the true classes, int [examples]; -1 where the model does not know it.
          probabilities: float [examples, classes].
        """
        predicted = probabilities.argmax(axis=1)
        highest = probabilities.max(axis=1)
        known = labels >= 0
        np.add.at(self.confusion, (labels[known], predicted[known]), 1)
        rows = np.minimum((highest * BINS).astype(int), BINS - 1)
        values = np.stack([np.ones_like(highest), highest, predicted == labels], axis=1)
        np.add.at(self.calibration, rows, values)
        of_label = np.where(known, probabilities[np.arange(len(labels)), labels], 0)
        self.log_loss -= float(np.log(np.maximum(of_label, _LEAST_PROBABILITY)).sum())
        classes = np.arange(probabilities.shape[1])
        sides = (labels[:, np.newaxis] == classes).astype(int)
        places = np.broadcast_to(classes, probabilities.shape)
        np.add.at(self.scores, (places, sides, _steps(probabilities)), 1)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.confusion + other.confusion,
            self.calibration + other.calibration,
            self.log_loss + other.log_loss,
            self.scores + other.scores,
        )

    def metrics(self) -> dict[str, Any]:
        """Returns all metrics by name, NaN where there is nothing to measure.

        Macro F1 is the mean over the classes that occur. AUC is that of each class against all
        others, the mean over the classes for which there are both (Provost and Domingos, 2000). The
        calibration error is the expected one of the predicted class (Guo et al., "On Calibration of
        Modern Neural Networks", 2017).
        """
        examples, confidences, right = self.calibration.T
        total = max(1.0, examples.sum())
        f1 = class_figures(self.confusion)[2]
        occurring = self.confusion.sum(axis=1) > 0
        return {
            ACCURACY: float(right.sum() / total),
            MACRO_F1: _mean(np.nan_to_num(f1[occurring])),
            AUC: _mean(_areas(self.scores)),
            LOG_LOSS: self.log_loss / total,
            CALIBRATION_ERROR: float(np.abs(confidences - right).sum() / total),
            CONFUSION: self.confusion,
            CALIBRATION: self.calibration,
        }


def class_figures(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns precision, recall and F1 by class, NaN where a class is not predicted, or not there.

    Args:
      confusion: int [true class, predicted class].
    """
    right = np.diag(confusion).astype(float)
    predicted, true = confusion.sum(axis=0), confusion.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return right / predicted, right / true, 2 * right / (predicted + true)


def _steps(probabilities: np.ndarray) -> np.ndarray:
    clipped = np.clip(probabilities.astype(float), _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    odds = np.log(clipped / (1 - clipped))
    return ((odds / _MOST_LOG_ODDS + 1) / 2 * (_SCORES - 1)).round().astype(int)


def _areas(scores: np.ndarray) -> np.ndarray:
    """Returns the area under each class's ROC curve: pairs in order, ties as half."""
    others, own = scores[:, 0].astype(float), scores[:, 1].astype(float)
    below = others.cumsum(axis=1) - others
    with np.errstate(invalid="ignore"):
        return (own * (below + others / 2)).sum(axis=1) / (others.sum(axis=1) * own.sum(axis=1))


def _mean(values: np.ndarray) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")


class Classification(tfma.metrics.Metric):
    """All metrics of this file, by their names."""

    def __init__(self, name: str = "classification") -> None:
        """Makes the metric, whose name TFMA wants."""
        super().__init__(_computations, name=name)


def _computations(
    name: str,
    model_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    sub_keys: Sequence[Any] | None = None,
    example_weighted: bool = False,
) -> list[tfma.metrics.MetricComputation]:
    """Returns one computation a model; the arguments are TFMA's."""
    return [_computation(model) for model in model_names or [""]]


def _computation(model: str) -> tfma.metrics.MetricComputation:
    keys = [_key(name, model) for name in (*SCALARS, CONFUSION, CALIBRATION)]
    return tfma.metrics.MetricComputation(keys=keys, preprocessors=None, combiner=_Combiner(model))


def _key(name: str, model: str) -> tfma.metrics.MetricKey:
    # Thresholds by name look for metrics of which nobody said whether examples have weights.
    return tfma.metrics.MetricKey(name, model_name=model, example_weighted=None)


@dataclass
class _Accumulator:
    tally: Tally | None = None
    """None until the first examples tell how many classes there are."""
    labels: list[int] = field(default_factory=list)
    """Of examples that are not yet in the tally: together they are counted much faster."""
    probabilities: list[np.ndarray] = field(default_factory=list)

    def counted(self) -> Tally | None:
        """Returns the tally with all examples in it; None where there are none."""
        if self.labels:
            self.tally = self.tally or Tally.empty(len(self.probabilities[0]))
            self.tally.add(np.array(self.labels), np.stack(self.probabilities))
            self.labels.clear()
            self.probabilities.clear()
        return self.tally


class _Combiner(beam.CombineFn):
    """Counts a model's answers."""

    def __init__(self, model: str) -> None:
        self._model = model

    def create_accumulator(self) -> _Accumulator:
        return _Accumulator()

    def add_input(
        self, accumulator: _Accumulator, element: tfma.metrics.StandardMetricInputs
    ) -> _Accumulator:
        label, prediction = (
            value[self._model] if isinstance(value, dict) else value
            for value in (element.label, element.prediction)
        )
        accumulator.labels.append(int(np.ravel(label)[0]))
        accumulator.probabilities.append(np.ravel(prediction))
        if len(accumulator.labels) >= _AT_ONCE:
            accumulator.counted()
        return accumulator

    def merge_accumulators(self, accumulators: Sequence[_Accumulator]) -> _Accumulator:
        tallies = [tally for each in accumulators if (tally := each.counted())]
        return _Accumulator(reduce(operator.add, tallies) if tallies else None)

    def compact(self, accumulator: _Accumulator) -> _Accumulator:
        accumulator.counted()
        return accumulator

    def extract_output(self, accumulator: _Accumulator) -> dict[tfma.metrics.MetricKey, Any]:
        tally = accumulator.counted() or Tally.empty(0)
        return {_key(name, self._model): value for name, value in tally.metrics().items()}
