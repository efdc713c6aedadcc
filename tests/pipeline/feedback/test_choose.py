"""A third each of three kinds, the rest by uncertainty, always the same."""

import numpy as np
import pytest

from pipeline.feedback.choose import Scores, choose, differences, margins


def kinds(choices):
    return {why: [c.row for c in choices if c.why == why] for why in {c.why for c in choices}}


def test_a_third_each_the_most_telling_first():
    """Rows that two kinds ask for are taken once."""
    scores = Scores(
        margins=np.array([0.9, 0.9, 0.9, 0.1, 0.2, 0.3, 0.01, 0.9]),
        oddness=np.array([0, 9, 8, 0, 0, 0, 7, 0.5]),
        percentiles=np.array([0, 100, 99, 0, 0, 0, 98, 94]),
        differences=np.array([0, 0.8, 0, 0, 0, 0, 0, 0.3]),
    )
    found = kinds(choose(scores, 6, seed=0))
    assert found == {"differ": [1, 7], "unlike": [2, 6], "uncertain": [3, 4]}


def test_the_rest_is_filled_up_by_uncertainty():
    """Where the versions agree, where nothing is odd, where there is no canary."""
    scores = Scores(
        margins=np.array([0.4, 0.3, 0.2, 0.1]),
        oddness=np.array([1.0, 2.0, 3.0, 4.0]),
        percentiles=np.array([10, 20, 30, 94.9]),
        differences=np.zeros(4),
    )
    assert kinds(choose(scores, 3, seed=0)) == {"uncertain": [3, 2, 1]}
    assert kinds(choose(Scores(scores.margins), 3, seed=0)) == {"uncertain": [3, 2, 1]}


def test_fewer_requests_than_asked_for_are_all_chosen():
    """None twice."""
    scores = Scores(np.array([0.4, 0.3]), np.array([1, 2]), np.array([99, 99]), np.array([1, 0.5]))
    assert sorted(choice.row for choice in choose(scores, 60, seed=0)) == [0, 1]


def test_the_kinds_come_in_turn():
    """Whoever stops early has labelled some of each."""
    size = 30
    scores = Scores(np.ones(size), np.arange(size), np.full(size, 99), np.arange(size) / size)
    first = [choice.why for choice in choose(scores, 9, seed=0)][:3]
    assert set(first) == {"differ", "unlike", "uncertain"}


def test_among_equals_the_seed_decides():
    """Not the order of the log."""
    scores = Scores(np.full(1_000, 0.5))
    one, same, other = (choose(scores, 10, seed) for seed in (1, 1, 2))
    assert one == same != other
    assert [choice.row for choice in one] != list(range(10))


def test_margins_and_differences():
    """A difference that leaves the class the same does not count."""
    one = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]])
    other = np.array([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1]])
    assert margins(one) == pytest.approx([0.3, 0.2])
    assert differences(one, other) == pytest.approx([0, 0.4])
