"""What a bag beside the LSTM adds."""

import keras
import numpy as np
import pytest

from components.trainer.models import load

LENGTH, VOCABULARY, CLASSES, PAIRS = 6, 20, 3, 16


@pytest.fixture
def model() -> keras.Model:
    keras.utils.set_random_seed(1)
    options = {"embedding": 4, "units": 3, "pairs": PAIRS, "bag_embedding": 5}
    return load("bilstm")(LENGTH, VOCABULARY, CLASSES, **options)


def test_the_bag_has_vectors_of_its_own_and_a_head_of_its_own(model):
    plain = load("bilstm")(LENGTH, VOCABULARY, CLASSES, embedding=4, units=3)
    added = (VOCABULARY + PAIRS) * 5 + (5 + 1) * CLASSES
    assert model.count_params() == plain.count_params() + added
    assert {layer.name for layer in model.layers} >= {"head_states", "head_bag", "hashed_embedding"}


def test_scores_of_states_and_bag_add_up(model):
    texts = np.array([[3, 4, 5, 0, 0, 0], [5, 4, 3, 7, 2, 9]])
    heads = {name: model.get_layer(name) for name in ("head_states", "head_bag")}
    scores = keras.Model(model.input, [head.output for head in heads.values()])(texts)
    expected = keras.ops.softmax(scores[0] + scores[1])
    np.testing.assert_allclose(model(texts), expected, atol=1e-6)


def test_padding_changes_nothing_in_the_bag(model):
    short = load("bilstm")(
        4, VOCABULARY, CLASSES, embedding=4, units=3, pairs=PAIRS, bag_embedding=5
    )
    short.set_weights(model.get_weights())
    np.testing.assert_allclose(
        keras.Model(model.input, model.get_layer("head_bag").output)(
            np.array([[3, 4, 5, 0, 0, 0]])
        ),
        keras.Model(short.input, short.get_layer("head_bag").output)(np.array([[3, 4, 5, 0]])),
        atol=1e-6,
    )
