"""The metrics agree with scikit-learn's, and tallies of parts add up."""

import numpy as np
import pytest
from sklearn import metrics as reference

from components.evaluator import metrics
from components.evaluator.metrics import Tally

CLASSES = 4


def answers(examples, seed=1):
    random = np.random.default_rng(seed)
    labels = random.integers(CLASSES, size=examples)
    scores = random.normal(size=(examples, CLASSES)) + 2 * np.eye(CLASSES)[labels]
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return labels, probabilities.astype(np.float32)


def measured(labels, probabilities):
    tally = Tally.empty(CLASSES)
    tally.add(labels, probabilities)
    return tally.metrics()


def test_all_metrics_agree_with_an_independent_implementation():
    labels, probabilities = answers(5_000)
    predicted = probabilities.argmax(axis=1)
    found = measured(labels, probabilities)
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(labels, predicted))
    assert found["macro_f1"] == pytest.approx(
        reference.f1_score(labels, predicted, average="macro")
    )
    assert found["log_loss"] == pytest.approx(reference.log_loss(labels, probabilities), rel=1e-5)
    # The scores are counted in steps.
    area = reference.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    assert found["auc"] == pytest.approx(area, abs=1e-3)
    assert (found["confusion"] == reference.confusion_matrix(labels, predicted)).all()
    precision, recall, f1 = metrics.class_figures(found["confusion"])
    expected = reference.precision_recall_fscore_support(labels, predicted)
    assert precision == pytest.approx(expected[0])
    assert recall == pytest.approx(expected[1])
    assert f1 == pytest.approx(expected[2])


def test_the_calibration_error_is_the_gap_of_confidence_and_accuracy():
    """Sure of everything, and right in three of four cases: off by a quarter."""
    probabilities = np.tile(np.eye(CLASSES, dtype=np.float32)[0], (4, 1))
    found = measured(np.array([0, 0, 0, 1]), probabilities)
    assert found["calibration_error"] == pytest.approx(0.25)
    assert found["calibration"][-1].tolist() == [4, 4, 3]


def test_tallies_of_parts_add_up_to_that_of_the_whole():
    labels, probabilities = answers(300)
    parts = [Tally.empty(CLASSES), Tally.empty(CLASSES)]
    parts[0].add(labels[:100], probabilities[:100])
    parts[1].add(labels[100:], probabilities[100:])
    whole = measured(labels, probabilities)
    added = (parts[0] + parts[1]).metrics()
    for name in metrics.SCALARS:
        assert added[name] == pytest.approx(whole[name])


def test_a_label_that_the_model_does_not_know_is_wrong_whatever_it_says():
    _, probabilities = answers(100)
    found = measured(np.full(100, -1), probabilities)
    assert found["accuracy"] == 0
    assert found["confusion"].sum() == 0
    assert np.isnan(found["macro_f1"]) and np.isnan(found["auc"])
    assert found["log_loss"] > 10


def test_one_class_alone_has_no_area_and_no_precision_of_the_others():
    _, probabilities = answers(50)
    found = measured(np.zeros(50, int), probabilities)
    assert np.isnan(found["auc"])
    precision, recall, _ = metrics.class_figures(found["confusion"])
    assert precision[0] == 1 and np.isnan(recall[1])
