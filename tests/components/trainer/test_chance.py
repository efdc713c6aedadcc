"""Random numbers come from their distribution, and again from the same seed."""

import numpy as np
import pytest
import tensorflow as tf

from components.trainer import chance

SEED = tf.constant([3, 4], tf.int64)
OTHER = tf.constant([3, 5], tf.int64)


def test_uniform_fills_the_range_from_minus_one_to_one():
    numbers = chance.uniform([2000, 2], SEED).numpy()
    assert -1 <= numbers.min() < -0.99 and 0.99 < numbers.max() <= 1
    np.testing.assert_allclose(numbers.mean(axis=0), 0, atol=0.05)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_beta_has_the_mean_and_variance_of_its_distribution(alpha):
    numbers = chance.beta(4000, SEED, alpha).numpy()
    assert numbers.mean() == pytest.approx(0.5, abs=0.03)
    assert numbers.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.1)


def test_beta_of_a_tiny_alpha_keeps_to_the_ends_and_is_never_nan():
    numbers = chance.beta(200, SEED, 1e-3).numpy()
    assert np.isfinite(numbers).all()
    assert (np.abs(numbers - 0.5) > 0.4).mean() > 0.9


@pytest.mark.parametrize(
    "draw", [lambda seed: chance.uniform([8], seed), lambda seed: chance.beta(8, seed, 0.5)]
)
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(draw):
    np.testing.assert_array_equal(draw(SEED), draw(SEED))
    assert not np.allclose(draw(SEED), draw(OTHER))
