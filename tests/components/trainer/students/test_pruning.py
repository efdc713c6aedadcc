import keras
import numpy as np
import pytest

from components.trainer.students.pruning import (
    MagnitudePruning,
    largest,
    prunable,
    share_of_zeros,
    sparsity_at,
)

RANDOM = np.random.default_rng(0)


def test_sparsity_rises_as_a_cube_and_stays():
    """Zhu and Gupta's s_f + (0 - s_f)(1 - t)³: most of it early, all of it at the ramp's end."""
    assert sparsity_at(0, 10, 0.8) == 0
    assert sparsity_at(5, 10, 0.8) == pytest.approx(0.8 * (1 - 0.5**3))
    assert sparsity_at(10, 10, 0.8) == sparsity_at(25, 10, 0.8) == 0.8


def test_exactly_the_smallest_go():
    """Signs don't matter, ties and zeros don't change the count."""
    kept = largest(np.array([[-3.0, 0.1], [0.2, -0.05]]), 0.5)
    assert kept.tolist() == [[1, 0], [1, 0]]
    assert largest(np.zeros((5, 4)), 0.55).sum() == 9
    assert largest(RANDOM.normal(size=1000), 0.8).sum() == 200
    assert largest(np.ones(3), 0.0).tolist() == [1, 1, 1]


def network():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(6, 3, use_bias=False)(inputs)
    maps = keras.layers.BatchNormalization()(maps)
    features = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(maps))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(features))
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "categorical_crossentropy")
    return model


IMAGES = RANDOM.normal(size=(40, 8, 8, 1)).astype(np.float32)
LABELS = np.eye(3, dtype=np.float32)[RANDOM.integers(0, 3, 40)]


class Watch(keras.callbacks.Callback):
    """Keeps where the first kernel is zero after each step."""

    def __init__(self, weight):
        super().__init__()
        self.weight, self.zeros = weight, []

    def on_train_batch_end(self, batch, logs=None):
        self.zeros.append(np.array(self.weight) == 0)


def fit(model, pruning, epochs, first=0, watch=()):
    model.fit(
        IMAGES,
        LABELS,
        batch_size=8,
        shuffle=False,
        initial_epoch=first,
        epochs=epochs,
        callbacks=[pruning, *watch],
        verbose=0,
    )


def test_kernels_alone_are_pruned_to_what_was_asked_and_stay_zero_while_others_move():
    """Momentum and gradients don't bring a weight back, before the ramp's end or after it."""
    model = network()
    kernels = prunable(model)
    assert [weight.path.split("/")[-1] for weight in kernels] == ["kernel", "kernel"]
    watch = Watch(kernels[0])
    fit(model, MagnitudePruning(kernels, 0.75, 10, 5), 4, watch=[watch])
    for kernel in kernels:
        size = np.array(kernel).size
        assert share_of_zeros([kernel]) == round(0.75 * size) / size
    for earlier, later in zip(watch.zeros, watch.zeros[1:], strict=False):
        assert not (earlier & ~later).any()
    counts = [zeros.sum() for zeros in watch.zeros]
    assert counts[0] < counts[4] < counts[9] == counts[-1]


def test_a_training_that_is_taken_up_goes_on_with_the_same_masks():
    """A new callback on the same weights prunes as the one that was killed would have done."""
    whole, taken_up = network(), network()
    fit(whole, MagnitudePruning(prunable(whole), 0.6, 10, 5), 3)
    fit(taken_up, MagnitudePruning(prunable(taken_up), 0.6, 10, 5), 1)
    fit(taken_up, MagnitudePruning(prunable(taken_up), 0.6, 10, 5), 3, first=1)
    for one, other in zip(whole.weights, taken_up.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
