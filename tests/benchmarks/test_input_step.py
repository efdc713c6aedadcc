"""Steps are timed from end to end, and compared by medians."""

import pytest
from input_step import steady_steps, summarise


def test_the_first_quarter_of_a_block_does_not_count() -> None:
    """Eight steps end; from the end of the third on, there are five between two ends."""
    ends = [0.0, 9.0, 10.0, 11.0, 12.0, 14.0, 15.0, 16.0]
    assert steady_steps(ends) == [1.0, 1.0, 2.0, 1.0, 1.0]


def test_the_ratio_is_that_of_the_medians_of_all_blocks() -> None:
    """One slow step moves no median; the rounds' own ratios tell of a noisy machine."""
    found = summarise({"real": [[2.0, 2.0, 9.0], [4.0, 4.0]], "held": [[2.0, 2.0], [2.0, 2.0]]})
    assert found["real"] == 4.0
    assert found["held"] == 2.0
    assert found["ratio"] == pytest.approx(2.0)
    assert (found["lowest"], found["highest"]) == (1.0, 2.0)
