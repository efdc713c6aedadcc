"""The test and its bounds are those that were published, and hold what they promise."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binom, multinomial, norm

from components.non_inferiority import (
    Paired,
    accuracy_bounds,
    bounds,
    count,
    examples_needed,
    inferiority,
    margin_needed,
    non_inferiority,
    score,
)

LEVEL = 0.05


def paired(examples: int, gains: int, losses: int) -> Paired:
    return Paired(np.array(examples), np.array(gains), np.array(gains), np.array(losses))


def every_outcome(examples: int, gain: float, loss: float) -> tuple[Paired, np.ndarray]:
    """Returns all that can come out, and with what probability."""
    gains, losses = np.meshgrid(*[np.arange(examples + 1)] * 2)
    possible = gains + losses <= examples
    gains, losses = gains[possible], losses[possible]
    outcomes = np.stack([gains, losses, examples - gains - losses], axis=-1)
    chances = multinomial.pmf(outcomes, examples, [gain, loss, 1 - gain - loss])
    return Paired(np.full(len(gains), examples), gains, gains, losses), chances


def draws(examples: int, gain: float, loss: float, number: int) -> Paired:
    drawn = np.random.default_rng(1).multinomial(examples, [gain, loss, 1 - gain - loss], number)
    return Paired(np.full(number, examples), drawn[:, 0], drawn[:, 0], drawn[:, 1])


def test_counts_are_of_the_same_examples() -> None:
    candidate = np.array([True, True, False, True, False])
    baseline = np.array([True, False, True, False, False])
    found = count(candidate, baseline)
    assert [int(each) for each in found] == [5, 3, 2, 1]
    assert found.accuracy == pytest.approx(0.6)
    assert found.baseline_accuracy == pytest.approx(0.4)
    assert found.difference == pytest.approx(0.2)


def test_contact_lenses() -> None:
    """Tango 1998, section 6: 44 patients, one success of the standard treatment alone; the new one
    is not 10 points worse (Z = 1.709, p = 0.044), and the 90 % interval begins at -0.096."""
    lenses = paired(44, 0, 1)
    assert score(lenses, -0.1) == pytest.approx(1.709, abs=5e-4)
    assert non_inferiority(lenses, 0.1) == pytest.approx(0.044, abs=5e-4)
    assert bounds(lenses, 0.95)[0] == pytest.approx(-0.096, abs=5e-4)


def test_sleeping_difficulties() -> None:
    """Tango 1998, section 6: of 32 pairs 9 and 3 differ; the 95 % interval is -0.027 to 0.390."""
    assert bounds(paired(32, 9, 3), 0.975) == pytest.approx((-0.027, 0.390), abs=5e-4)


def test_airways() -> None:
    """Fagerland, Lydersen and Laake, "Recommended tests and confidence intervals for paired
    binomial proportions", 2014: of 21 children 1 and 7 differ; -0.517 to -0.026."""
    assert bounds(paired(21, 1, 7), 0.975) == pytest.approx((-0.517, -0.026), abs=5e-4)


def test_no_difference_is_tested_as_mcnemar_does() -> None:
    assert score(paired(100, 9, 3), 0.0) == pytest.approx(6 / np.sqrt(12))


@pytest.mark.parametrize("difference", [-0.6, -0.05, -0.001, 0.02, 0.3])
@pytest.mark.parametrize("counts", [(20, 5, 3), (400, 0, 7), (400, 9, 0), (1000, 40, 60)])
def test_the_error_is_that_of_the_likeliest_models_with_the_difference(
    counts: tuple[int, int, int], difference: float
) -> None:
    """The closed form finds the maximum of the likelihood that a search finds."""
    examples, gains, losses = counts

    def unlikeliness(loss: float) -> float:
        shares = np.array([loss + difference, loss, 1 - 2 * loss - difference])
        return -np.sum(np.array([gains, losses, examples - gains - losses]) * np.log(shares))

    lowest, highest = max(0, -difference) + 1e-9, (1 - difference) / 2 - 1e-9
    loss = minimize_scalar(
        unlikeliness, bounds=(lowest, highest), method="bounded", options={"xatol": 1e-10}
    ).x
    error = np.sqrt((2 * loss + difference - difference**2) / examples)
    expected = ((gains - losses) / examples - difference) / error
    assert score(paired(*counts), difference) == pytest.approx(expected, rel=1e-4)


def test_models_that_never_differ_are_told_apart_by_their_number_of_examples_alone() -> None:
    """There a true loss of the margin would show in one example at least, so often."""
    margin = 0.015
    for examples in (1, 100, 178):
        expected = np.sqrt(examples * margin / (1 - margin))
        assert score(paired(examples, 0, 0), -margin) == pytest.approx(expected)
    assert non_inferiority(paired(177, 0, 0), margin) > LEVEL
    assert non_inferiority(paired(178, 0, 0), margin) < LEVEL
    low, high = bounds(paired(178, 0, 0), 0.95)
    assert low == pytest.approx(-high) == pytest.approx(-0.015, abs=1e-4)


@pytest.mark.parametrize("counts", [(1, 0, 0), (1, 1, 0), (1, 0, 1), (2, 1, 1), (3, 0, 3)])
def test_a_few_examples_say_little_but_something(counts: tuple[int, int, int]) -> None:
    few = paired(*counts)
    low, high = bounds(few, 0.95)
    assert -1 <= low <= few.difference <= high <= 1
    assert high - low > 0.5
    for margin in (0.0, 0.01, 1.0):
        assert 0 <= non_inferiority(few, margin) <= 1
        assert LEVEL < inferiority(few, margin) <= 1


def test_bounds_are_the_margins_that_the_tests_end_at() -> None:
    random = np.random.default_rng(1)
    examples = random.integers(1, 2000, 500)
    gains = random.binomial(examples, 0.1)
    losses = random.binomial(examples - gains, 0.1)
    some = Paired(examples, gains, gains, losses)
    low, high = bounds(some, 1 - LEVEL)
    margin = 0.03
    np.testing.assert_array_equal(non_inferiority(some, margin) <= LEVEL, low >= -margin)
    np.testing.assert_array_equal(norm.cdf(score(some, -margin)) <= LEVEL, high <= -margin)


def test_what_is_better_for_one_is_worse_for_the_other() -> None:
    low, high = bounds(paired(300, 20, 9), 0.95)
    assert bounds(paired(300, 9, 20), 0.95) == pytest.approx((-high, -low))


@pytest.mark.parametrize("examples", [50, 150])
@pytest.mark.parametrize("discordance", [0.04, 0.09, 0.3])
def test_a_model_at_the_margin_passes_about_as_often_as_the_level_says(
    examples: int, discordance: float
) -> None:
    """All outcomes counted, as nothing is exact about the normal distribution of the score."""
    margin = 0.03
    outcomes, chances = every_outcome(
        examples, (discordance - margin) / 2, (discordance + margin) / 2
    )
    passes = chances[non_inferiority(outcomes, margin) <= LEVEL].sum()
    assert 0 < passes < LEVEL + 0.005


@pytest.mark.parametrize("level", [0.05, 0.005])
@pytest.mark.parametrize("examples", [10, 40, 120])
def test_a_model_that_is_no_worse_is_accused_no_more_often_than_the_level_says(
    examples: int, level: float
) -> None:
    """Exactly, however few the examples; the score alone would accuse more often."""
    rates, of_score = [], []
    for discordance in (0.05, 0.2, 0.5):
        outcomes, chances = every_outcome(examples, discordance / 2, discordance / 2)
        rates.append(chances[inferiority(outcomes, 0.0) <= level].sum())
        of_score.append(chances[norm.cdf(score(outcomes, 0.0)) <= level].sum())
    assert max(rates) <= level
    assert max(of_score) > max(rates)


def test_a_model_that_is_much_worse_is_found_out() -> None:
    assert inferiority(paired(1000, 40, 120), 0.05) < 0.02
    assert inferiority(paired(1000, 40, 60), 0.05) > 0.5
    assert inferiority(paired(1000, 2, 12), 0.0) == pytest.approx(binom.cdf(2, 14, 0.5))


@pytest.mark.parametrize("discordance", [0.01, 0.09, 0.3])
@pytest.mark.parametrize("margin", [0.015, 0.05])
def test_with_the_examples_needed_an_equal_model_passes_in_95_of_100_cases(
    discordance: float, margin: float
) -> None:
    """And less often with two thirds of them."""
    examples = int(examples_needed(discordance, margin, 1 - LEVEL, 0.95))
    passes = [
        (non_inferiority(draws(size, discordance / 2, discordance / 2, 20_000), margin) <= LEVEL)
        for size in (examples, examples * 2 // 3)
    ]
    assert passes[0].mean() > 0.94
    assert passes[1].mean() < 0.90


def test_a_smaller_margin_needs_more_examples_and_no_margin_needs_them_all() -> None:
    needs = [float(examples_needed(0.09, margin, 0.95, 0.95)) for margin in (0.05, 0.015, 0.01, 0)]
    assert needs == sorted(needs)
    assert needs[1] == pytest.approx(4_378, abs=1)
    assert needs[-1] == np.inf


@pytest.mark.parametrize(("examples", "discordance"), [(600, 0.09), (30, 0.4), (25_000, 0.001)])
def test_a_margin_is_enough_for_the_examples_that_need_it(
    examples: int, discordance: float
) -> None:
    margin = margin_needed(examples, discordance, 0.95, 0.95)
    assert examples_needed(discordance, margin, 0.95, 0.95) == pytest.approx(examples, abs=1)


def test_with_too_few_examples_no_margin_is_enough() -> None:
    assert margin_needed(1, 0.75, 0.95, 0.95) == 1.0


def test_discordance_is_never_taken_for_impossible() -> None:
    assert paired(5, 0, 0).discordance > 0.05
    assert paired(10_000, 450, 450).discordance == pytest.approx(0.09, abs=1e-4)


def test_accuracy_has_the_bounds_of_wilson() -> None:
    """Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I."""
    assert accuracy_bounds(81, 263, 0.975) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert accuracy_bounds(0, 20, 0.975) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert accuracy_bounds(1, 1, 0.95)[1] == 1
