"""Padding and order in the Transformer encoder."""

import keras
import numpy as np
import pytest

from components.trainer.models import text_attention

LENGTH, VOCABULARY, CLASSES = 6, 20, 3


def make(length: int, **options) -> keras.Model:
    model = text_attention.build(
        length, VOCABULARY, CLASSES, embedding=8, feed_forward=16, **options
    )
    random = np.random.default_rng(1)
    # Among them the biases, which begin at zero and would hide what leaks from padding.
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


@pytest.mark.parametrize("depth", [1, 3])
def test_padding_does_not_matter(depth):
    short, long = make(LENGTH, depth=depth), make(LENGTH + 5, depth=depth)
    long.set_weights(
        [
            np.concatenate([theirs, own[len(theirs) :]]) if own.shape != theirs.shape else theirs
            for own, theirs in zip(long.get_weights(), short.get_weights(), strict=True)
        ]
    )
    ids = np.array([[3, 4, 5, 6, 7, 8], [9, 3, 0, 0, 0, 0]])
    padded = np.pad(ids, ((0, 0), (0, 5)))
    np.testing.assert_allclose(long(padded), short(ids), atol=1e-6)


def test_the_embedding_of_padding_does_not_matter():
    model = make(LENGTH)
    ids = np.array([[3, 4, 0, 0, 0, 0]])
    before = np.array(model(ids))
    weights = model.get_weights()
    tables = [w for w in weights if w.shape in {(VOCABULARY, 8), (LENGTH + 1, 8)}]
    assert len(tables) == 2
    for table in tables:
        table[0] += 10
    model.set_weights(weights)
    np.testing.assert_array_equal(model(ids), before)


def test_the_order_of_words_matters():
    model = make(LENGTH)
    there, back = model(np.array([[3, 4, 5, 0, 0, 0], [5, 4, 3, 0, 0, 0]]))
    assert np.abs(there - back).max() > 1e-4


def test_a_text_without_words_gets_finite_probabilities():
    probabilities = np.array(make(LENGTH)(np.zeros((1, LENGTH), int)))
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(), 1, atol=1e-6)
