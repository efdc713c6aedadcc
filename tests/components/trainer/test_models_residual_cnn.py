"""Options of the residual network."""

import keras
import numpy as np
import pytest

from components.trainer.models import residual_cnn
from components.trainer.precision import policy

SHAPE, CLASSES = (8, 8, 3), 4
ALL = {"attention": True, "zero_init_residual": True, "stochastic_depth": 0.5}


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(3, *SHAPE)).astype(np.float32)


def test_the_largest_network_has_at_most_4_3_million_parameters():
    model = residual_cnn.build((32, 32, 3), 10, **residual_cnn.LARGEST)
    assert model.count_params() == 4_221_093


def test_the_defaults_have_the_documented_parameters():
    assert residual_cnn.build((32, 32, 3), 10).count_params() == 698_090


def test_a_pooled_stem_halves_the_maps_of_the_first_block(images):
    usual, pooled = (
        residual_cnn.build((32, 32, 3), CLASSES, width=4, pooled_stem=pooled)
        for pooled in (False, True)
    )
    first_sums = [
        next(layer for layer in model.layers if isinstance(layer, keras.layers.Add))
        for model in (usual, pooled)
    ]
    assert [layer.output.shape[1:] for layer in first_sums] == [(32, 32, 4), (16, 16, 4)]
    assert usual.count_params() == pooled.count_params()


def test_blocks_that_begin_as_the_identity_leave_the_sum_of_the_shortcuts(images):
    keras.utils.set_random_seed(1)
    deep = residual_cnn.build(SHAPE, CLASSES, width=4, stages=1, depth=3, zero_init_residual=True)
    before, *_, after = [layer for layer in deep.layers if isinstance(layer, keras.layers.Add)]
    stem = next(layer for layer in deep.layers if isinstance(layer, keras.layers.Conv2D))
    parts = keras.Model(deep.input, [stem.output, before.output, after.output])
    first, second, last = parts(images)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, last)


def test_blocks_that_begin_as_the_identity_learn(images):
    model = residual_cnn.build(SHAPE, CLASSES, width=4, depth=1, zero_init_residual=True)
    zeros = [v for v in model.trainable_variables if v.path.endswith("kernel") and not np.any(v)]
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(images, np.array([0, 1, 2]), verbose=0)
    assert len(zeros) == 2
    assert all(np.any(kernel) for kernel in zeros)


def test_attention_weighs_channels_and_places_between_zero_and_one(images):
    model = residual_cnn.build(SHAPE, CLASSES, width=4, stages=1, depth=1, attention=True)
    by_channel, by_place = [
        layer for layer in model.layers if isinstance(layer, keras.layers.Multiply)
    ]
    weights = keras.Model(model.input, [by_channel.input[1], by_place.input[1]])(images)
    assert [tuple(w.shape) for w in weights] == [(3, 1, 1, 4), (3, 8, 8, 1)]
    assert all(0 < np.min(w) <= np.max(w) < 1 for w in weights)
    assert all(np.ptp(w) > 0 for w in weights)


def test_stochastic_depth_skips_whole_blocks_and_in_training_alone(images):
    keras.utils.set_random_seed(1)
    model = residual_cnn.build(
        SHAPE, CLASSES, width=4, stages=1, depth=1, dropout=0.0, stochastic_depth=0.5
    )
    (skip,) = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Dropout) and layer.noise_shape
    ]
    branches = np.ones((200, 8, 8, 4), np.float32)
    kept = np.array(skip(branches, training=True))
    assert set(np.unique(kept)) == {0.0, 2.0}
    assert (np.ptp(kept, axis=(1, 2, 3)) == 0).all()
    assert 60 < (kept[:, 0, 0, 0] == 0).sum() < 140
    np.testing.assert_array_equal(skip(branches, training=False), branches)


def test_later_blocks_are_skipped_more_often():
    model = residual_cnn.build((16, 16, 3), CLASSES, width=4, depth=2, stochastic_depth=0.6)
    rates = [
        layer.rate
        for layer in model.layers
        if isinstance(layer, keras.layers.Dropout) and layer.noise_shape
    ]
    np.testing.assert_allclose(rates, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_attention_in_half_precision_answers_as_in_single(images):
    with policy("mixed_float16"):
        mixed = residual_cnn.build(SHAPE, CLASSES, width=4, attention=True)
    plain = residual_cnn.build(SHAPE, CLASSES, width=4, attention=True)
    plain.set_weights(mixed.get_weights())
    assert mixed(images).dtype == "float32"
    np.testing.assert_allclose(mixed(images), plain(images), atol=1e-2)


def test_with_every_option_it_answers_in_float32_and_comes_back_from_disk(images, tmp_path):
    model = residual_cnn.build(SHAPE, CLASSES, width=4, **ALL)
    probabilities = model(images)
    assert probabilities.dtype == "float32"
    np.testing.assert_allclose(np.sum(probabilities, axis=1), 1, atol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(images), probabilities)
