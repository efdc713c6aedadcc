"""The rule blesses what is shown to be good enough, blocks what is surely not, and says when it
cannot tell."""

from dataclasses import replace

import numpy as np
import pytest

from components.evaluator.rule import Judgement, Settings, holm, judge, needed
from components.non_inferiority import Paired

SETTINGS = Settings(
    min_accuracy=0.8,
    max_accuracy_drop=0.015,
    min_slice_accuracy=0.0,
    max_slice_drop=0.05,
    confidence=0.95,
)


def counts(*rows: tuple[int, int, int, int]) -> Paired:
    """From examples, right, only right by the candidate, and by the baseline."""
    return Paired(*np.array(rows, int).reshape(-1, 4).T)


def judged(
    overall: tuple[int, int, int, int],
    *slices: tuple[int, int, int, int],
    settings: Settings = SETTINGS,
    compared: bool = True,
) -> Judgement:
    return judge(Paired(*map(np.array, overall)), counts(*slices), settings, compared)


def test_an_equal_model_with_enough_examples_is_blessed() -> None:
    found = judged((10_000, 8_850, 450, 450))
    assert found.blessed and found.decidable and not found.undecided


def test_a_worse_model_is_not() -> None:
    found = judged((10_000, 8_650, 350, 550))
    assert found.worse and not found.blessed and not found.undecided


def test_an_equal_model_with_few_examples_is_undecided() -> None:
    found = judged((600, 531, 27, 27))
    assert found.undecided and not found.blessed and not found.decidable


def test_a_much_better_model_is_blessed_on_few_examples() -> None:
    found = judged((600, 560, 40, 10))
    assert found.blessed and not found.decidable


def test_a_much_worse_model_is_refused_on_few_examples() -> None:
    found = judged((600, 500, 10, 50))
    assert found.worse and not found.undecided and not found.blessed


def test_a_model_that_could_have_been_blessed_but_was_not_is_refused() -> None:
    """A point behind, it is neither surely worse than allowed nor surely not."""
    found = judged((10_000, 8_750, 400, 520))
    assert not (found.blessed or found.worse or found.undecided)


@pytest.mark.parametrize(("right", "below"), [(8_000, False), (7_999, True)])
def test_the_floor_is_reached_by_what_equals_it(right: int, below: bool) -> None:
    found = judged((10_000, right, 450, 450))
    assert found.below_floor == below
    assert found.blessed != below


def test_below_the_floor_a_model_is_refused_and_not_undecided() -> None:
    assert not judged((600, 400, 27, 27)).undecided


def test_the_first_model_needs_no_more_than_the_floor() -> None:
    found = judged((5, 4, 0, 0), (3, 0, 0, 0), compared=False)
    assert found.blessed
    assert found.slice_p_values is None
    assert found.slice_faults.tolist() == [False]


def test_a_slice_far_behind_blocks_a_model_that_is_as_good_overall() -> None:
    rest, behind = (9_000, 8_100, 500, 400), (1_000, 750, 30, 130)
    found = judged((10_000, 8_850, 530, 530), rest, behind)
    assert found.good_enough and not found.blessed and not found.undecided
    assert found.slice_faults.tolist() == [False, True]


def test_a_slice_as_far_behind_by_chance_blocks_nothing() -> None:
    found = judged((10_000, 8_850, 450, 450), (20, 14, 0, 4))
    assert found.blessed


def test_with_more_slices_one_has_to_stand_out_more() -> None:
    behind = (300, 210, 10, 45)
    alone = judged((10_000, 8_850, 450, 450), behind)
    among = judged((10_000, 8_850, 450, 450), behind, *[(300, 270, 15, 15)] * 29)
    assert alone.slice_faults.any()
    assert not among.slice_faults.any()
    assert among.slice_p_values[0] == pytest.approx(30 * alone.slice_p_values[0])


def test_a_slice_is_blocked_by_its_floor_only_where_it_is_surely_below() -> None:
    settings = replace(SETTINGS, min_slice_accuracy=0.7, max_slice_drop=1.0)
    found = judged((1_000, 900, 0, 0), (10, 6, 0, 0), (500, 320, 0, 0), settings=settings)
    assert found.slice_faults.tolist() == [False, True]
    first = judged((1_000, 900, 0, 0), (500, 320, 0, 0), settings=settings, compared=False)
    assert not first.blessed


def test_two_questions_to_a_slice_are_two_chances_to_fail() -> None:
    both = replace(SETTINGS, min_slice_accuracy=0.5)
    slices = (300, 250, 10, 40)
    one = judged((1_000, 900, 45, 45), slices).slice_p_values
    two = judged((1_000, 900, 45, 45), slices, settings=both).slice_p_values
    assert two == pytest.approx(2 * one)


def test_a_margin_of_0_asks_for_more_than_an_equal_model_has() -> None:
    none = replace(SETTINGS, max_accuracy_drop=0.0)
    overall = (10**6, 900_000, 45_000, 45_000)
    assert judged(overall, settings=none).undecided
    assert needed(Paired(*map(np.array, overall)), none) == np.inf
    assert judged((10_000, 9_000, 500, 300), settings=none).blessed


def test_many_candidates_are_judged_as_each_of_them_alone() -> None:
    random = np.random.default_rng(1)
    outcomes = random.multinomial(200, [0.83, 0.05, 0.06, 0.06], (50, 4))
    slices = Paired(
        np.full((50, 4), 200), outcomes[..., :2].sum(-1), outcomes[..., 1], outcomes[..., 2]
    )
    overall = Paired(*(each.sum(axis=-1) for each in slices))
    settings = replace(SETTINGS, max_accuracy_drop=0.03, max_slice_drop=0.01)
    together = judge(overall, slices, settings, compared=True)
    assert 0 < together.blessed.sum() < 50 and together.undecided.any()
    for place in range(50):
        alone = judge(
            Paired(*(each[place] for each in overall)),
            Paired(*(each[place] for each in slices)),
            settings,
            compared=True,
        )
        assert alone.blessed == together.blessed[place]
        assert alone.undecided == together.undecided[place]


def test_slices_of_an_equal_model_block_it_no_more_often_than_the_confidence_says() -> None:
    """With no margin, where they do it most often."""
    random = np.random.default_rng(1)
    outcomes = random.multinomial(300, [0.86, 0.05, 0.05, 0.04], (4_000, 10))
    slices = Paired(
        np.full((4_000, 10), 300), outcomes[..., :2].sum(-1), outcomes[..., 1], outcomes[..., 2]
    )
    overall = Paired(*(each.sum(axis=-1) for each in slices))
    found = judge(overall, slices, replace(SETTINGS, max_slice_drop=0.0), compared=True)
    assert 0.005 < found.slice_faults.any(axis=-1).mean() < 0.05


def test_holm_corrects_the_smallest_most() -> None:
    """The example of four tests: 0.005 × 4, 0.01 × 3, 0.03 × 2, and never falling."""
    corrected = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    np.testing.assert_allclose(corrected, [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.6, 0.9])), 1.0)
    assert holm(np.empty((3, 0))).shape == (3, 0)
