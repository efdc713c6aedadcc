"""The thresholds of a task decide what TFMA finds missed, equal values included."""

import pytest
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.evaluators import metrics_validator

from components.evaluator.eval_config import eval_config
from components.evaluator.metrics import Classification


def keys(model):
    """The keys under which our own metrics come."""
    (computation,) = Classification().computations(model_names=[model])
    return computation.keys


def valid(config, value, name, change=None, slice_key=()):
    """Asks TFMA's own validator about a metric of a slice."""
    compared = change is not None
    config = tfma.utils.update_eval_config_with_defaults(
        config, has_baseline=compared, rubber_stamp=True
    )
    model = "candidate" if compared else ""
    (key,) = [key for key in keys(model) if key.name == name]
    metrics = {key: value}
    if compared:
        metrics[key.make_diff_key()] = change
    return metrics_validator.validate_metrics((slice_key, metrics), config).validation_ok


@pytest.mark.parametrize(("auc", "expected"), [(0.95, True), (0.9, True), (0.899, False)])
def test_a_metric_must_reach_its_limit(auc, expected):
    assert valid(eval_config({"auc": 0.9}, {}, []), auc, "auc") is expected


@pytest.mark.parametrize(("loss", "expected"), [(0.2, True), (0.3, True), (0.301, False)])
def test_a_loss_must_not_exceed_its_limit(loss, expected):
    assert valid(eval_config({"log_loss": 0.3}, {}, []), loss, "log_loss") is expected


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("auc", 0.1, True),
        ("auc", -0.02, True),
        ("auc", -0.021, False),
        ("log_loss", -0.1, True),
        ("log_loss", 0.02, True),
        ("log_loss", 0.021, False),
    ],
)
def test_a_metric_must_not_get_worse_than_allowed(name, change, expected):
    assert valid(eval_config({}, {name: 0.02}, []), 0.5, name, change) is expected


def test_without_a_baseline_nothing_can_have_become_worse():
    assert valid(eval_config({"auc": 0.9}, {"auc": 0.0}, []), 0.95, "auc")


def test_a_slice_alone_misses_no_limit():
    config = eval_config({"auc": 0.9}, {}, ["label"])
    assert valid(config, 0.1, "auc", slice_key=(("label_slice", "cat"),))
    assert [list(spec.feature_keys) for spec in config.slicing_specs] == [[], ["label_slice"]]
