"""The heat lies on what a class is told by."""

import keras
import numpy as np
import pytest
from keras import layers

from components.evaluator.explanations.grad_cam import grad_cam

SIZE, SQUARE = 16, 5
DARK, BRIGHT = 0, 1


def with_square(random: np.random.Generator, kind: int, columns: range) -> tuple[np.ndarray, ...]:
    """Returns noise with a dark or a bright square, and a mask of the square."""
    image = random.normal(scale=0.3, size=(SIZE, SIZE)).astype(np.float32)
    top, left = random.integers(0, SIZE - SQUARE + 1), random.choice(columns)
    square = np.zeros((SIZE, SIZE), bool)
    square[top : top + SQUARE, left : left + SQUARE] = True
    image[square] += 4.0 if kind == BRIGHT else -4.0
    return image[..., None], square


def many(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns images, kinds and masks."""
    random = np.random.default_rng(1)
    kinds = random.integers(0, 2, size=count)
    pairs = [with_square(random, kind, range(SIZE - SQUARE + 1)) for kind in kinds]
    images, squares = map(np.stack, zip(*pairs, strict=True))
    return images, kinds, squares


def around(square: np.ndarray) -> np.ndarray:
    """Returns a mask of a square and the pixels next to it, [n, SIZE, SIZE]."""
    wide = np.pad(square, ((0, 0), (2, 2), (2, 2)))
    steps = [(i, j) for i in range(5) for j in range(5)]
    return np.any([wide[:, i : i + SIZE, j : j + SIZE] for i, j in steps], axis=0)


def share_on(heat: np.ndarray, mask: np.ndarray) -> float:
    return float((heat * mask).sum() / heat.sum())


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """A network that tells dark squares from bright ones, anywhere in an image."""
    keras.utils.set_random_seed(1)
    images = keras.Input((SIZE, SIZE, 1))
    maps = layers.Conv2D(8, 3, padding="same", activation="relu")(images)
    maps = layers.MaxPooling2D()(maps)
    maps = layers.Conv2D(8, 3, padding="same", activation="relu")(maps)
    features = layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(images, layers.Dense(2, activation="softmax")(features))
    model.compile(
        keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    images, kinds, _ = many(320)
    model.fit(images, kinds, batch_size=32, epochs=6, verbose=0)
    assert model.evaluate(images, kinds, verbose=0)[1] > 0.95
    return model


def test_the_heat_lies_on_the_square_that_decides(model):
    images, kinds, squares = many(40)
    heat = grad_cam(model, images, kinds)
    assert heat.shape == (40, SIZE, SIZE)
    assert heat.dtype == np.float32
    np.testing.assert_allclose(heat.max(axis=(1, 2)), 1)
    assert heat.min() >= 0
    area = around(squares).mean()
    assert area < 0.3
    assert share_on(heat, around(squares)) > 0.75
    hottest = heat.reshape(40, -1).argmax(axis=1)
    assert around(squares).reshape(40, -1)[range(40), hottest].mean() > 0.95


def test_each_class_is_asked_about_where_it_is_told_by(model):
    random = np.random.default_rng(2)
    dark, on_the_left = with_square(random, DARK, range(0, 3))
    bright, on_the_right = with_square(random, BRIGHT, range(9, 12))
    both = np.stack([dark + bright] * 2)
    of_dark, of_bright = grad_cam(model, both, [DARK, BRIGHT])
    left, right = around(np.stack([on_the_left, on_the_right]))
    assert share_on(of_dark, left) > 0.7 > 0.2 > share_on(of_dark, right)
    assert share_on(of_bright, right) > 0.7 > 0.2 > share_on(of_bright, left)


@pytest.mark.parametrize("separate", [True, False])
def test_an_answer_that_is_sure_to_the_last_bit_is_explained_too(model, separate):
    """Whether the softmax is a layer by itself or the head's activation."""
    head = layers.Dense(2, activation=None if separate else "softmax")
    answers = head(model.layers[-2].output)
    head.set_weights([100 * weight for weight in model.layers[-1].get_weights()])
    sure = keras.Model(model.input, layers.Softmax()(answers) if separate else answers)
    images, kinds, squares = many(40)
    assert set(np.unique(sure(images))) == {0, 1}
    assert share_on(grad_cam(sure, images, kinds), around(squares)) > 0.75


def test_a_network_inside_another_is_looked_into(model):
    inner = keras.Model(model.input, model.layers[-3].output)
    images = keras.Input((SIZE, SIZE, 1))
    features = layers.GlobalAveragePooling2D()(inner(layers.Rescaling(1.0)(images)))
    head = layers.Dense(2, activation="softmax")
    outer = keras.Model(images, head(features))
    head.set_weights(model.layers[-1].get_weights())
    images, kinds, _ = many(3)
    np.testing.assert_allclose(
        grad_cam(outer, images, kinds), grad_cam(model, images, kinds), atol=1e-5
    )


def test_a_padding_shifts_no_place(model):
    padded = layers.ZeroPadding2D(((0, 24), (0, 24)))(model.layers[-3].output)
    head = layers.Dense(2, activation="softmax")
    shifted = keras.Model(model.input, head(layers.GlobalAveragePooling2D()(padded)))
    head.set_weights(model.layers[-1].get_weights())
    images, kinds, _ = many(3)
    np.testing.assert_allclose(
        grad_cam(shifted, images, kinds), grad_cam(model, images, kinds), atol=1e-5
    )


def test_how_many_images_are_asked_about_changes_nothing(model):
    images, kinds, _ = many(20)
    one_by_one = [grad_cam(model, images[i : i + 1], kinds[i : i + 1])[0] for i in range(20)]
    np.testing.assert_allclose(grad_cam(model, images, kinds), one_by_one, atol=1e-5)
    assert grad_cam(model, images[:0], kinds[:0]).shape == (0, SIZE, SIZE)


def test_an_image_without_such_a_place_has_no_heat(model):
    silent = keras.models.clone_model(model)
    silent.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    assert not grad_cam(silent, many(2)[0], [DARK, BRIGHT]).any()


def test_a_network_whose_maps_tell_no_places_apart_has_none():
    images = keras.Input((SIZE, SIZE, 1))
    flat = layers.Dense(2, activation="softmax")(layers.Flatten()(images))
    assert grad_cam(keras.Model(images, flat), many(1)[0], [BRIGHT]) is None
    tiny = layers.Conv2D(2, 6, strides=6, activation="relu")(images)
    tiny = layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(tiny))
    assert grad_cam(keras.Model(images, tiny), many(1)[0], [BRIGHT]) is None
