"""What to do follows from the verdict and from what the model in service loses."""

import pytest

from components.drift_report.accuracy import METHOD
from components.drift_report.advice import advise
from components.drift_report.report import AccuracyEstimate


def accuracy(current, measured=None):
    return AccuracyEstimate(0.9, current, current - 0.02, current + 0.02, METHOD, measured)


@pytest.mark.parametrize(
    ("verdict", "estimate", "action"),
    [
        ("none", accuracy(0.5), "ignore"),
        ("too few examples", accuracy(0.5), "wait"),
        ("drift", None, "retrain"),
        ("drift", accuracy(0.895), "ignore"),
        ("drift", accuracy(0.8), "label"),
        # What was measured counts, not what was guessed.
        ("drift", accuracy(0.8, measured=0.9), "ignore"),
        ("drift", accuracy(0.9, measured=0.8), "retrain"),
    ],
)
def test_the_action_fits(verdict, estimate, action):
    advice = advise(verdict, estimate, 5000)
    assert advice.action == action
    assert (advice.label_count is None) == (action != "label")


def test_as_many_labels_as_tell_the_loss_from_none():
    # 1.96² × 0.8 × 0.2 / 0.05²: to within half of the ten points that are expected to be lost.
    assert advise("drift", accuracy(0.8), 5000).label_count == 246
    assert advise("drift", accuracy(0.8), 100).label_count == 100
