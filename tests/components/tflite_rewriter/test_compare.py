"""Claims about the comparison of two models' answers."""

import numpy as np
import pytest

from components.tflite_rewriter.compare import accuracy, compare

CLASSES = ["a", "b"]
EXPECTED = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]], np.float32)
VARIANT = np.array([[0.8, 0.2], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]], np.float32)


def test_a_comparison_counts_classes_and_finds_the_largest_difference():
    """One of four examples has another class, by a difference of 0.2; two of four are right."""
    found = compare(VARIANT, EXPECTED, CLASSES, ["a", "b", "a", "a"])
    assert found.agreement == 0.75
    assert found.max_difference == pytest.approx(0.2)
    assert found.accuracy == 0.5


def test_a_label_that_the_model_does_not_know_is_wrong():
    """Unknown labels lower the accuracy instead of being left out."""
    assert accuracy(EXPECTED, CLASSES, ["a", "b", "b", "somethingelse"]) == 0.75
