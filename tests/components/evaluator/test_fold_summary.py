import math

import pytest

from components.evaluator.fold_summary import Fold, FoldSummary


def summary(*accuracies):
    return FoldSummary(tuple(Fold(n, n, 800, 200, a) for n, a in enumerate(accuracies, 1)))


def test_mean_and_spread_are_those_of_the_folds():
    """The spread is the standard deviation of a sample: over K - 1."""
    found = summary(0.8, 0.9, 1.0)
    assert found.mean == pytest.approx(0.9)
    assert found.spread == pytest.approx(0.1)
    assert found.sampling == pytest.approx(math.sqrt(0.9 * 0.1 / 200))


def test_the_standard_error_is_larger_than_if_the_trainings_shared_nothing():
    """Of five folds: s · √(1/5 + 1/4), as Nadeau and Bengio have it, not s · √(1/5)."""
    found = summary(0.8, 0.9, 0.9, 0.9, 1.0)
    assert found.standard_error == pytest.approx(found.spread * math.sqrt(0.45))
    assert found.standard_error > found.spread / math.sqrt(5)


def test_the_difference_covers_two_numbers_of_that_spread():
    """1.96 standard deviations of a difference of two."""
    assert summary(0.8, 0.9, 1.0).difference == pytest.approx(1.96 * math.sqrt(2) * 0.1)
