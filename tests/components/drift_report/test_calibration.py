"""The false-alarm rate is what the task says, whatever the sample size and the comparisons."""

import numpy as np
import pytest

from components.drift_report.calibration import Comparison, Drawn, corrected, judge

RATE = 0.05


def length(difference):
    return np.abs(difference).sum(axis=-1)


def comparison(reference, current):
    return Comparison(reference.astype(np.float32), current.astype(np.float32), length)


def alarms(reference_count, current_count, columns, repeats=150):
    """Returns the share of repeats in which samples of one distribution are said to differ."""
    random = np.random.default_rng(1)
    found = 0
    for repeat in range(repeats):
        reference = random.normal(size=(reference_count, columns))
        current = random.normal(size=(current_count, columns))
        comparisons = [comparison(reference[:, [k]], current[:, [k]]) for k in range(columns)]
        found += any(outcome.drifted for outcome in judge(comparisons, RATE, repeat))
    return found / repeats


@pytest.mark.parametrize(
    ("reference_count", "current_count", "columns"), [(200, 50, 1), (200, 50, 8), (60, 240, 8)]
)
def test_false_alarms_come_at_the_rate_of_the_whole_report(reference_count, current_count, columns):
    # Of 150 repeats at 5 %, between 1 and 15 are within three standard errors.
    assert 1 / 150 <= alarms(reference_count, current_count, columns) <= 15 / 150


def test_a_move_is_found_and_only_where_it_is():
    random = np.random.default_rng(1)
    reference, current = random.normal(size=(400, 2)), random.normal(size=(100, 2))
    current[:, 1] += 1
    still, moved = judge(
        [comparison(reference[:, [k]], current[:, [k]]) for k in range(2)], RATE, seed=1
    )
    assert moved.drifted and moved.p_value < 0.01
    assert not still.drifted and still.p_value > RATE


def test_the_threshold_shrinks_with_the_sample():
    random = np.random.default_rng(1)
    reference, current = random.normal(size=(2000, 1)), random.normal(size=(2000, 1))
    few, many = (
        judge([comparison(reference, current[:count])], RATE, seed=1)[0].threshold
        for count in (50, 2000)
    )
    # The standard error of the difference: √(1/n + 1/2000).
    assert few / many == pytest.approx(np.sqrt((1 / 50 + 1 / 2000) / (2 / 2000)), rel=0.1)


def test_drift_and_p_value_agree():
    random = np.random.default_rng(1)
    chance = np.abs(random.normal(size=(2000, 3)))
    for shift in np.linspace(0, 4, 41):
        observed = np.array([shift, 0.5, 0.5])
        thresholds, p_values = corrected(observed, chance, np.ones(observed.size), RATE)
        np.testing.assert_array_equal(observed > thresholds, p_values <= RATE)


def test_more_comparisons_ask_for_a_larger_distance():
    random = np.random.default_rng(1)
    chance = np.abs(random.normal(size=(2000, 20)))
    alone, _ = corrected(np.zeros(1), chance[:, :1], np.ones(1), RATE)
    among_many, _ = corrected(np.zeros(20), chance, np.ones(20), RATE)
    assert alone[0] == pytest.approx(1.96, abs=0.1)
    # Of twenty independent ones each must be as rare as 5 % / 20.
    assert among_many[0] == pytest.approx(3.0, abs=0.35)


def test_copies_of_a_comparison_cost_nothing():
    random = np.random.default_rng(1)
    column = np.abs(random.normal(size=(2000, 1)))
    alone, _ = corrected(np.zeros(1), column, np.ones(1), RATE)
    copies, _ = corrected(np.zeros(10), column.repeat(10, axis=1), np.ones(10), RATE)
    np.testing.assert_allclose(copies, alone[0])


def test_a_weight_is_taken_from_the_others():
    """Together they are false alarms as rarely as before, the heavy one more often than another."""
    random = np.random.default_rng(1)
    chance = np.abs(random.normal(size=(4000, 10)))
    weights = np.array([4.0] + 9 * [1.0])
    plain, _ = corrected(np.zeros(10), chance, np.ones(10), RATE)
    weighted, _ = corrected(np.zeros(10), chance, weights, RATE)
    assert weighted[0] < plain[0]
    assert (weighted[1:] > plain[1:]).all()
    alarms = chance > weighted
    assert alarms.any(axis=1).mean() == pytest.approx(RATE, abs=0.002)
    assert alarms[:, 0].mean() == pytest.approx(4 * alarms[:, 1:].mean(), rel=0.2)


def test_drift_and_p_value_agree_with_weights_too():
    random = np.random.default_rng(1)
    chance = np.abs(random.normal(size=(2000, 3)))
    for shift in np.linspace(0, 4, 41):
        for weights in ((4.0, 1.0, 1.0), (1.0, 3.0, 1.0)):
            observed = np.array([shift, 0.5, 0.5])
            thresholds, p_values = corrected(observed, chance, np.array(weights), RATE)
            np.testing.assert_array_equal(observed > thresholds, p_values <= RATE)


def test_a_comparison_may_bring_its_own_draws():
    random = np.random.default_rng(1)
    reference, current = random.normal(size=(100, 1)), random.normal(size=(50, 1))
    uniform = np.random.default_rng(2)
    drawn = [Drawn(observed, uniform.random) for observed in (0.5, 1.5)]
    _, within, beyond = judge([comparison(reference, current)], RATE, seed=1, drawn=drawn)
    assert (within.drifted, beyond.drifted) == (False, True)
    assert 0.95 <= within.threshold <= 1


def test_the_same_seed_gives_the_same_outcome():
    random = np.random.default_rng(1)
    given = [comparison(random.normal(size=(100, 1)), random.normal(size=(50, 1)))]
    assert judge(given, RATE, seed=3) == judge(given, RATE, seed=3)
    assert judge(given, RATE, seed=3) != judge(given, RATE, seed=4)
