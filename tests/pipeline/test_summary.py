"""The verdict comes with the numbers that made it."""

from components.evaluator.results import Results
from pipeline.summary import Summary
from pipeline.task import Evaluation

THRESHOLDS = Evaluation(min_accuracy=0.9, max_accuracy_drop=0.01)


def reasons(accuracy, baseline=None, classes=None):
    results = Results(1200, accuracy, baseline, classes or {})
    summary = Summary(True, results, "", "", "")
    return list(summary.reasons(THRESHOLDS))


def test_the_floor_is_compared_and_the_number_of_examples_said():
    assert reasons(0.95)[0] == "accuracy 0.9500 ≥ 0.9000 (the floor), on 1,200 test examples"
    assert "0.8900 < 0.9000" in reasons(0.89)[0]
    assert "0.9000 ≥ 0.9000" in reasons(0.9)[0]


def test_the_first_model_has_nothing_to_be_compared_with():
    assert reasons(0.95)[1] == "no other blessed model to compare with"


def test_the_change_is_compared_with_the_margin():
    assert "change -0.0200 < -0.0100 (the margin)" in reasons(0.93, baseline=0.95)[1]
    assert "with 0.9500" in reasons(0.93, baseline=0.95)[1]
    assert "change +0.0100 ≥ -0.0100" in reasons(0.96, baseline=0.95)[1]


def test_the_worst_class_is_named():
    assert reasons(0.95, classes={"cat": 0.99, "dog": 0.91})[2] == (
        "worst class 'dog': accuracy 0.9100"
    )
