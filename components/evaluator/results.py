"""Reads what TFX's Evaluator measured, and which of the task's thresholds were missed."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow_model_analysis as tfma

from components.evaluator import metrics
from components.evaluator.predictions import BASELINE, CANDIDATE
from components.evaluator.report import CalibrationBin, Metrics


class Results(NamedTuple):
    """What TFMA measured on all examples."""

    candidate: Metrics
    baseline: Metrics | None
    confusion: np.ndarray
    """Of the candidate, int64 [true class, predicted class]."""
    calibration: tuple[CalibrationBin, ...]
    """Of the candidate; bins without examples are left out."""


def load_results(evaluation_uri: str, classes: Sequence[str]) -> Results:
    """Reads the metrics of an evaluation artifact.

    Args:
      evaluation_uri: what the Evaluator put out.
      classes: of the candidate, in order.
    """
    (overall,) = (
        each for each in tfma.load_metrics(evaluation_uri) if not each.slice_key.single_slice_keys
    )
    found: dict[str, dict[str, Any]] = {}
    for item in overall.metric_keys_and_values:
        if not item.key.is_diff:
            # Without a baseline TFMA takes the name of the only model away.
            of_model = found.setdefault(item.key.model_name or CANDIDATE, {})
            of_model[item.key.name] = _value(item.value)
    candidate = found[CANDIDATE]
    return Results(
        _metrics(candidate, classes),
        _metrics(found[BASELINE], classes) if BASELINE in found else None,
        candidate[metrics.CONFUSION],
        tuple(_bins(candidate[metrics.CALIBRATION])),
    )


def missed_thresholds(evaluation_uri: str) -> list[str]:
    """Returns a sentence for each threshold of TFMA that was missed."""
    result = tfma.load_validation_result(evaluation_uri)
    return [
        _missed(failure)
        for of_slice in result.metric_validations_per_slice
        for failure in of_slice.failures
    ]


def _missed(failure: Any) -> str:
    name = failure.metric_key.name
    title = name.replace("_", " ").capitalize()
    value = _value(failure.metric_value)
    if failure.metric_key.is_diff:
        allowed = abs(failure.metric_threshold.change_threshold.absolute.value)
        return (
            f"{title} is {abs(value):.4f} worse than that of the model in service, and "
            f"max_losses[{name!r}] allows {allowed:.4f}."
        )
    bound = failure.metric_threshold.value_threshold
    if name in metrics.LOWER_IS_BETTER:
        return f"{title} is {value:.4f}, above limits[{name!r}] = {bound.upper_bound.value:.4f}."
    return f"{title} is {value:.4f}, below limits[{name!r}] = {bound.lower_bound.value:.4f}."


def _metrics(found: dict[str, Any], classes: Sequence[str]) -> Metrics:
    by_class = [
        dict(zip(classes, map(float, figures), strict=True))
        for figures in metrics.class_figures(found[metrics.CONFUSION])
    ]
    return Metrics({name: found[name] for name in metrics.SCALARS}, *by_class)


def _bins(table: np.ndarray) -> Iterator[CalibrationBin]:
    for place, (examples, confidences, right) in enumerate(table):
        if examples:
            yield CalibrationBin(
                low=place / len(table),
                high=(place + 1) / len(table),
                examples=int(examples),
                confidence=float(confidences / examples),
                accuracy=float(right / examples),
            )


def _value(value: Any) -> Any:
    if value.HasField("array_value"):
        array = value.array_value
        numbers = array.int64_values or array.float64_values or array.float32_values
        return np.array(numbers).reshape(array.shape)
    return value.double_value.value
