"""TFMA's EvalConfig from a task's thresholds."""

from typing import Any

import tensorflow_model_analysis as tfma

from components.features import LABEL

ACCURACY = "sparse_categorical_accuracy"

TOLERANCE = 1e-6
"""TFMA wants strictly more than a bound; for us equal is good enough."""


def eval_config(evaluation: dict[str, Any]) -> tfma.EvalConfig:
    """Makes the configuration of the Evaluator.

    Accuracy and example counts overall and per class. The overall accuracy must reach the floor
    and, where a model is in service, must not lie more than the margin below that model's.

    Args:
      evaluation: `min_accuracy` and `max_accuracy_drop`, shares in [0, 1].
    """
    return tfma.EvalConfig(
        model_specs=[
            tfma.ModelSpec(
                signature_name="serving_default", label_key=LABEL, prediction_key="probabilities"
            )
        ],
        slicing_specs=[tfma.SlicingSpec(), tfma.SlicingSpec(feature_keys=[LABEL])],
        metrics_specs=[
            tfma.MetricsSpec(
                metrics=[
                    tfma.MetricConfig(class_name="ExampleCount"),
                    tfma.MetricConfig(
                        class_name="SparseCategoricalAccuracy",
                        # A plain `threshold` would hold for every slice.
                        per_slice_thresholds=[_overall_threshold(evaluation)],
                    ),
                ]
            )
        ],
    )


def _overall_threshold(evaluation: dict[str, Any]) -> tfma.PerSliceMetricThreshold:
    return tfma.PerSliceMetricThreshold(
        slicing_specs=[tfma.SlicingSpec()],
        threshold=tfma.MetricThreshold(
            value_threshold=tfma.GenericValueThreshold(
                lower_bound={"value": evaluation["min_accuracy"] - TOLERANCE}
            ),
            change_threshold=tfma.GenericChangeThreshold(
                direction=tfma.MetricDirection.HIGHER_IS_BETTER,
                absolute={"value": -evaluation["max_accuracy_drop"] - TOLERANCE},
            ),
        ),
    )
