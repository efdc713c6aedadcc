"""Claims about the comparison of two models' answers."""

import numpy as np
import pytest

from components.tflite_rewriter.compare import compare, places, right

OWN = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]], np.float32)
VARIANT = np.array([[0.8, 0.2], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]], np.float32)


def test_a_comparison_counts_classes_and_finds_the_largest_difference():
    """One of four examples has another class, by a difference of 0.2; two of four are right, where
    the SavedModel has three."""
    truth = places(["a", "b", "a", "a"], ["a", "b"])
    found = compare(VARIANT, OWN, truth, right(OWN, truth), 0.95)
    assert found.agreement == 0.75
    assert found.max_difference == pytest.approx(0.2)
    assert found.accuracy.value == 0.5
    assert found.difference.value == -0.25
    assert (found.only_this_right, found.only_saved_model_right) == (0, 1)


def test_bounds_hold_the_value_and_narrow_with_more_examples():
    """With a hundred times the examples the same shares are known more closely."""
    widths = []
    for times in (1, 100):
        truth = np.tile(places(["a", "b", "a", "a"], ["a", "b"]), times)
        own, variant = np.tile(OWN, (times, 1)), np.tile(VARIANT, (times, 1))
        found = compare(variant, own, truth, right(own, truth), 0.95)
        for interval in (found.accuracy, found.difference):
            assert interval.low < interval.value < interval.high
        widths.append(found.difference.high - found.difference.low)
    assert widths[1] < widths[0] / 5


def test_a_student_is_compared_with_two_models():
    """It agrees with its own SavedModel, and loses against the one in service."""
    truth = places(["a", "b", "b", "a"], ["a", "b"])
    found = compare(VARIANT, VARIANT, truth, np.array([True, True, True, True]), 0.95)
    assert (found.agreement, found.max_difference) == (1.0, 0.0)
    assert found.difference.value == -0.25


def test_a_label_that_the_model_does_not_know_is_wrong():
    """Unknown labels lower the accuracy instead of being left out."""
    truth = places(["a", "b", "b", "something else"], ["a", "b"])
    assert truth.tolist() == [0, 1, 1, -1]
    assert right(OWN, truth).tolist() == [True, True, True, False]
