"""The thresholds of a task decide what TFMA blesses, equal values included."""

import pytest
import tensorflow_model_analysis as tfma
from google.protobuf import text_format
from tensorflow_model_analysis.proto import metrics_for_slice_pb2

from components.evaluator.eval_config import ACCURACY, eval_config
from components.evaluator.results import load_results


def blessed(accuracy, floor=0.9, drop=0.01, change=None):
    """Asks TFMA's own validator about an overall accuracy."""
    from tensorflow_model_analysis.evaluators import metrics_validator
    from tensorflow_model_analysis.metrics import metric_types

    config = eval_config({"min_accuracy": floor, "max_accuracy_drop": drop})
    has_baseline = change is not None
    config = tfma.utils.update_eval_config_with_defaults(
        config, has_baseline=has_baseline, rubber_stamp=True
    )
    name = "candidate" if has_baseline else ""
    metrics = {metric_types.MetricKey(ACCURACY, model_name=name): accuracy}
    if has_baseline:
        metrics[metric_types.MetricKey(ACCURACY, model_name=name, is_diff=True)] = change
    return metrics_validator.validate_metrics(((), metrics), config).validation_ok


@pytest.mark.parametrize(
    ("accuracy", "expected"), [(0.95, True), (0.9, True), (0.899, False), (0.0, False)]
)
def test_the_first_model_must_reach_the_floor(accuracy, expected):
    assert blessed(accuracy) is expected


@pytest.mark.parametrize(
    ("change", "expected"), [(0.02, True), (0.0, True), (-0.01, True), (-0.011, False)]
)
def test_a_later_model_must_not_fall_further_than_the_margin(change, expected):
    assert blessed(0.95, change=change) is expected


def test_a_class_alone_does_not_block_a_model():
    config = eval_config({"min_accuracy": 0.9, "max_accuracy_drop": 0.0})
    (spec,) = config.metrics_specs
    for metric in spec.metrics:
        assert not metric.HasField("threshold")
        for threshold in metric.per_slice_thresholds:
            assert list(threshold.slicing_specs) == [tfma.SlicingSpec()]


METRICS = """
slice_key { %s }
metric_keys_and_values {
  key { name: "example_count" model_name: "candidate" } value { double_value { value: %d } }
}
metric_keys_and_values {
  key { name: "sparse_categorical_accuracy" model_name: "candidate" }
  value { double_value { value: %f } }
}
metric_keys_and_values {
  key { name: "sparse_categorical_accuracy" model_name: "baseline" }
  value { double_value { value: 0.5 } }
}
metric_keys_and_values {
  key { name: "sparse_categorical_accuracy" model_name: "candidate" is_diff: true }
  value { double_value { value: 0.4 } }
}
"""


def test_results_hold_both_models_and_every_class(monkeypatch):
    cat = 'single_slice_keys { column: "label" bytes_value: "cat" }'
    records = [
        text_format.Parse(METRICS % values, metrics_for_slice_pb2.MetricsForSlice())
        for values in (("", 100, 0.9), (cat, 40, 0.8))
    ]
    monkeypatch.setattr(tfma, "load_metrics", lambda uri: iter(records))
    results = load_results("anywhere")
    assert results.examples == 100
    assert results.accuracy == pytest.approx(0.9)
    assert results.baseline_accuracy == pytest.approx(0.5)
    assert results.class_accuracy == {"cat": pytest.approx(0.8)}
