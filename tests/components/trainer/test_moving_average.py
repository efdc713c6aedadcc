"""The average follows the weights, is what is evaluated, and is in the model at the end."""

import keras
import numpy as np
import pytest

from components.trainer.moving_average import MovingAverage


@pytest.fixture
def model() -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3),
            keras.layers.BatchNormalization(momentum=0.5),
            keras.layers.Dropout(0.5),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


class Watch(keras.callbacks.Callback):
    """Keeps the weights after each step, and those that are evaluated."""

    def __init__(self) -> None:
        super().__init__()
        self.trained: list[list[np.ndarray]] = []
        self.evaluated: list[list[np.ndarray]] = []

    def on_train_batch_end(self, batch, logs=None):
        self.trained.append(self.model.get_weights())

    def on_test_batch_end(self, batch, logs=None):
        self.evaluated.append(self.model.get_weights())


def test_the_average_of_all_weights_is_evaluated_and_kept_while_training_goes_on(model):
    decay = 0.3
    random = np.random.default_rng(1)
    x = random.normal(2, 3, size=(20, 4)).astype(np.float32)
    y = random.normal(size=(20, 3)).astype(np.float32)
    expected = model.get_weights()
    average, watch = MovingAverage(model.weights, decay), Watch()
    model.fit(
        x,
        y,
        batch_size=5,
        epochs=3,
        validation_data=(x, y),
        validation_batch_size=20,
        callbacks=[average, watch],
        verbose=0,
    )
    epochs = []
    for step, weights in enumerate(watch.trained, 1):
        share = 1 - min(decay, (1 + step) / (10 + step))
        pairs = zip(expected, weights, strict=True)
        expected = [a + share * (w - a) for a, w in pairs]
        if step % 4 == 0:
            epochs.append(expected)
    # Kernel, bias, scale and shift, and the normalisation's mean and variance.
    assert len(expected) == 6
    for evaluated, wanted in zip(watch.evaluated, epochs, strict=True):
        for found, value in zip(evaluated, wanted, strict=True):
            np.testing.assert_allclose(found, value, rtol=1e-4, atol=1e-6)
    for found, value in zip(model.get_weights(), epochs[-1], strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-4, atol=1e-6)
    assert np.abs(watch.trained[-1][0] - model.get_weights()[0]).max() > 1e-4


def test_training_without_it_takes_the_same_steps(model):
    x = np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)
    begin = model.get_weights()
    seeds = [np.array(v) for v in model.variables]

    def steps(*callbacks: keras.callbacks.Callback) -> list[np.ndarray]:
        for variable, value in zip(model.variables, seeds, strict=True):
            variable.assign(value)
        model.set_weights(begin)
        watch = Watch()
        model.fit(
            x,
            x[:, :3],
            batch_size=5,
            epochs=2,
            validation_data=(x, x[:, :3]),
            shuffle=False,
            callbacks=[*callbacks, watch],
            verbose=0,
        )
        return watch.trained[-1]

    plain = steps()
    for found, expected in zip(steps(MovingAverage(model.weights, 0.9)), plain, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)
