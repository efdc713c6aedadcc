"""TFMA's EvalConfig from a task's thresholds."""

from collections.abc import Mapping, Sequence

import tensorflow_model_analysis as tfma

from components.evaluator import metrics
from components.evaluator.predictions import BASELINE, CANDIDATE, LABEL_INDEX
from components.evaluator.rule import TOLERANCE
from components.evaluator.slices import slice_feature


def eval_config(
    limits: Mapping[str, float], max_losses: Mapping[str, float], sliced: Sequence[str]
) -> tfma.EvalConfig:
    """Makes the configuration of the Evaluator: all metrics, overall and by slice.

    Args:
      limits: by metric, what it must reach overall: at least, or at most where lower is better.
      max_losses: by metric, how much worse it may be than the baseline's, overall.
      sliced: features that the examples are sliced by.
    """
    thresholds = {
        name: tfma.PerSliceMetricThresholds(
            thresholds=[
                tfma.PerSliceMetricThreshold(
                    slicing_specs=[tfma.SlicingSpec()],
                    threshold=_threshold(name, limits.get(name), max_losses.get(name)),
                )
            ]
        )
        for name in sorted({*limits, *max_losses})
    }
    return tfma.EvalConfig(
        model_specs=[
            tfma.ModelSpec(name=CANDIDATE, label_key=LABEL_INDEX, prediction_key=CANDIDATE),
            tfma.ModelSpec(
                name=BASELINE, label_key=LABEL_INDEX, prediction_key=BASELINE, is_baseline=True
            ),
        ],
        slicing_specs=[
            tfma.SlicingSpec(),
            *(tfma.SlicingSpec(feature_keys=[slice_feature(feature)]) for feature in sliced),
        ],
        metrics_specs=[
            tfma.MetricsSpec(
                metrics=[
                    tfma.MetricConfig(class_name="ExampleCount"),
                    tfma.MetricConfig(
                        class_name=metrics.Classification.__name__, module=metrics.__name__
                    ),
                ],
                per_slice_thresholds=thresholds,
            )
        ],
    )


def _threshold(name: str, limit: float | None, max_loss: float | None) -> tfma.MetricThreshold:
    # TFMA wants strictly more than a bound.
    lower_is_better = name in metrics.LOWER_IS_BETTER
    threshold = tfma.MetricThreshold()
    if limit is not None:
        value = threshold.value_threshold
        if lower_is_better:
            value.upper_bound.value = limit + TOLERANCE
        else:
            value.lower_bound.value = limit - TOLERANCE
    if max_loss is not None:
        change = threshold.change_threshold
        if lower_is_better:
            change.direction = tfma.MetricDirection.LOWER_IS_BETTER
            change.absolute.value = max_loss + TOLERANCE
        else:
            change.direction = tfma.MetricDirection.HIGHER_IS_BETTER
            change.absolute.value = -max_loss - TOLERANCE
    return threshold
