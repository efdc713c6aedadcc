"""The learning rate rises, peaks and ends at zero; weight decay spares biases and scales."""

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


def test_weight_decay_shrinks_kernels_only():
    layer = keras.layers.Dense(3, bias_initializer="ones")
    layer.build((None, 2))
    kernel, bias = (np.array(variable) for variable in layer.trainable_variables)
    optimizer = make_optimizer(0.1, 0.5, 10)
    optimizer.apply([np.zeros_like(kernel), np.zeros_like(bias)], layer.trainable_variables)
    assert (np.abs(np.array(layer.kernel)) < np.abs(kernel)).all()
    np.testing.assert_array_equal(np.array(layer.bias), bias)
