"""The learning rate rises, peaks and ends at zero; weight decay spares biases and scales."""

from typing import Any

import keras
import numpy as np
import pytest

from components.trainer.optimizer import make_optimizer


@pytest.mark.parametrize("steps", [1, 7, 100])
def test_the_learning_rate_warms_up_and_decays_to_zero(steps):
    schedule = make_optimizer(0.1, 0.0, steps)._learning_rate
    rates = np.array([float(schedule(step)) for step in range(steps + 1)])
    assert rates[0] > 0
    assert rates.max() == pytest.approx(0.1)
    assert rates.argmax() == max(1, round(0.05 * steps))
    if steps > 1:
        assert rates[-1] == pytest.approx(0, abs=1e-8)
        assert (np.diff(rates[rates.argmax() :]) < 0).all()


def test_the_warm_up_takes_the_share_it_is_told():
    schedule = make_optimizer(0.1, 0.0, 100, warmup_share=0.3)._learning_rate
    assert np.argmax([float(schedule(step)) for step in range(101)]) == 30


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_weight_decay_shrinks_kernels_only(optimizer):
    layer = keras.layers.Dense(3, bias_initializer="ones")
    layer.build((None, 2))
    kernel, bias = (np.array(variable) for variable in layer.trainable_variables)
    made = make_optimizer(0.1, 0.5, 10, optimizer=optimizer)
    made.apply([np.zeros_like(kernel), np.zeros_like(bias)], layer.trainable_variables)
    assert (np.abs(np.array(layer.kernel)) < np.abs(kernel)).all()
    np.testing.assert_array_equal(np.array(layer.bias), bias)


def moved(gradients: list[float], **settings: Any) -> float:
    """Returns how far two steps move a weight, without decay, at a rate of about 1."""
    variable = keras.Variable([0.0, 0.0])
    optimizer = make_optimizer(1.0, 0.0, 10**6, optimizer="sgd", warmup_share=1e-6, **settings)
    for _ in range(2):
        optimizer.apply([np.array(gradients, np.float32)], [variable])
    return float(np.linalg.norm(np.array(variable)))


def test_momentum_carries_a_weight_further():
    assert moved([1.0, 0.0], momentum=0.9) > 1.5 * moved([1.0, 0.0], momentum=0.0)


def test_large_gradients_are_scaled_down_to_the_norm_and_small_ones_left():
    plain, clipped = (
        moved([30.0, 40.0], momentum=0.0, gradient_clip_norm=norm) for norm in (None, 5.0)
    )
    assert clipped == pytest.approx(plain / 10, rel=1e-4)
    assert moved([0.3, 0.4], momentum=0.0, gradient_clip_norm=5.0) == pytest.approx(
        moved([0.3, 0.4], momentum=0.0)
    )
