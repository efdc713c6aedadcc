"""The guess follows the truth where the model degrades, and says what it assumes."""

import numpy as np
import pytest

from components.drift_report.accuracy import contradiction, estimate
from components.drift_report.model_view import View

CLASSES = ["ant", "bee", "cat"]


def seen(signal, count, mix=(1 / 3, 1 / 3, 1 / 3), seed=1, bias=0.0):
    """Returns a calibrated model's view of examples, and their labels; `bias` favours `ant`."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, count, p=mix)
    scores = random.normal(size=(count, 3)) + signal * np.eye(3)[truth] + bias * np.eye(3)[0]
    # The scores' likelihood ratio under the signal of the reference.
    probabilities = np.exp(2.0 * scores)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    labels = [CLASSES[place] for place in truth]
    return View(np.zeros((count, 1)), probabilities.astype(np.float32), CLASSES), labels


def accuracy_of(view, labels):
    return np.mean(np.array(view.predicted) == labels)


@pytest.fixture
def reference():
    return seen(2.0, 2000)


@pytest.mark.parametrize(("signal", "bias"), [(2.0, 0.0), (1.2, 0.0), (1.2, 1.5)])
def test_the_guess_is_near_the_truth_as_the_model_degrades(reference, signal, bias):
    view, labels = seen(signal, 2000, seed=2, bias=bias)
    found = estimate(*reference, view, None, seed=1)
    assert found.reference == pytest.approx(accuracy_of(*reference))
    assert found.current == pytest.approx(accuracy_of(view, labels), abs=0.07)
    assert found.low < found.current < found.high
    assert found.measured is None


def test_a_known_mix_of_classes_is_no_loss(reference):
    view, labels = seen(2.0, 2000, mix=(0.8, 0.1, 0.1), seed=2)
    informed = estimate(*reference, view, labels, seed=1)
    assert informed.current == pytest.approx(accuracy_of(view, labels), abs=0.07)
    assert informed.measured == pytest.approx(accuracy_of(view, labels))
    assert estimate(*reference, view, None, seed=1).current < informed.current - 0.1


def test_labels_that_the_model_does_not_know_are_measured_as_wrong(reference):
    view, labels = seen(2.0, 400, seed=2)
    found = estimate(*reference, view, ["dog"] * 400, seed=1)
    assert found.measured == 0
    assert found.current == pytest.approx(accuracy_of(view, labels), abs=0.06)


def test_every_example_is_given_a_class_so_that_the_mix_comes_out():
    certain = np.eye(3, dtype=np.float32)[[0, 0, 0, 0, 1, 2]]
    costs = contradiction(View(np.zeros((6, 1)), certain, CLASSES), np.full(3, 1 / 3), seed=1)
    # Two of the four ants have to be something else.
    assert sorted(costs) == [0, 0, 0, 0, 1, 1]
