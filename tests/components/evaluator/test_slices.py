"""Slices divide examples evenly, keep equal values together, and say their bounds."""

from collections import Counter

import numpy as np

from components.evaluator.slices import quantile_slices, sliced_features


def test_quantiles_hold_as_many_examples_each_and_say_their_bounds():
    names = quantile_slices(np.arange(100.0), 4)
    assert Counter(names) == {
        "lowest quarter, up to 24": 25,
        "2nd quarter, over 24 up to 49": 25,
        "3rd quarter, over 49 up to 74": 25,
        "highest quarter, over 74": 25,
    }
    assert names[0].startswith("lowest") and names[-1].startswith("highest")


def test_equal_values_stay_together():
    names = quantile_slices(np.array([0.0] * 90 + [1.0] * 10), 4)
    assert Counter(names) == {"lowest part, up to 0": 90, "highest part, over 0": 10}


def test_a_value_that_all_examples_share_makes_no_slices():
    assert quantile_slices(np.full(10, 32.0), 4) is None


def test_a_task_may_choose_what_it_slices_by():
    assert sliced_features("image", ["brightness"]) == ["label", "brightness"]
    assert "sharpness" in sliced_features("image", None)
    assert "words" in sliced_features("text", None)
