"""The fused layer normalises as Keras's own does, in the policy's own format."""

import keras
import numpy as np
import pytest

from components.trainer.batch_normalization import FusedBatchNormalization


@pytest.fixture
def maps() -> np.ndarray:
    return np.random.default_rng(1).normal(3, 2, (16, 5, 4, 6)).astype(np.float32)


def pair(**options) -> list[keras.layers.Layer]:
    """Returns Keras's layer and ours, with the same random weights."""
    pair = [keras.layers.BatchNormalization(**options), FusedBatchNormalization(**options)]
    numbers = np.random.default_rng(2)
    weights = [numbers.uniform(0.5, 2, 6) for _ in range(4)]
    for layer in pair:
        layer.build((None, 5, 4, 6))
        layer.set_weights(weights)
    return pair


@pytest.mark.parametrize("training", [True, False])
def test_it_agrees_with_keras_in_training_and_out_of_it(maps, training):
    theirs, ours = pair(momentum=0.8)
    np.testing.assert_allclose(
        ours(maps, training=training), theirs(maps, training=training), atol=1e-5
    )
    (*_, mean, variance), expected = ours.get_weights(), theirs.get_weights()
    np.testing.assert_allclose(mean, expected[2], rtol=1e-5)
    # Ours is the variance of the population: of 320 numbers, n / (n - 1) as large.
    np.testing.assert_allclose(variance, expected[3], rtol=1 / 300)


def test_frozen_it_keeps_its_averages_in_training(maps):
    theirs, ours = pair()
    ours.trainable = theirs.trainable = False
    before = ours.get_weights()
    np.testing.assert_allclose(ours(maps, training=True), theirs(maps, training=True), atol=1e-5)
    np.testing.assert_array_equal(ours.get_weights(), before)


def test_half_precision_goes_in_and_out_and_the_averages_stay_float32(maps):
    layer = FusedBatchNormalization(dtype="mixed_bfloat16")
    outputs = layer(maps, training=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    np.testing.assert_allclose(layer.moving_mean, 0.01 * maps.mean(axis=(0, 1, 2)), rtol=0.02)


def test_a_model_with_it_is_saved_and_loaded(maps, tmp_path):
    model = keras.Sequential([keras.Input((5, 4, 6)), FusedBatchNormalization()])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(maps), model(maps))
