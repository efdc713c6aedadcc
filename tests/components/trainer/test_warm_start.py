"""What an earlier model learnt is taken over as far as it means the same."""

import json

import keras
import numpy as np
import pytest

from components.trainer import models, signatures, warm_start
from components.trainer.prepare import build
from components.trainer.run_fn import run_fn

pytestmark = pytest.mark.training

TEXT_CNN = {"embedding": 8, "pairs": 50, "filters": 4}


def report(output):
    return json.loads((output / "run" / "1" / "training.json").read_text())


def text_cnn(ids: int, classes: int, **options) -> keras.Model:
    return models.load("text_cnn")(8, ids, classes, **TEXT_CNN | options)


def values(model: keras.Model, layer: str) -> np.ndarray:
    return model.get_layer(layer).get_weights()[0]


@pytest.fixture(scope="module")
def base(sentences, tmp_path_factory):
    """The folder of a small text model that knows its sentences."""
    output = tmp_path_factory.mktemp("base")
    return sentences.train(output, "text_cnn", TEXT_CNN, epochs=10, learning_rate=0.05)


@pytest.fixture(scope="module")
def vocabulary(sentences) -> list[bytes]:
    return sentences.transform.vocabulary_by_name("vocabulary")


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        ("sentences", "text_cnn", TEXT_CNN),
        ("sentences", "bilstm", {"embedding": 8, "units": 4}),
        ("sentences", "bilstm", {"embedding": 8, "units": 4, "pairs": 20}),
        ("sentences", "text_attention", {}),
        ("digits", "residual_cnn", {"width": 4, "depth": 1, "attention": True}),
        ("digits", "transfer", {"weights": None}),
    ],
)
def test_every_architecture_comes_back_from_its_export_as_it_was(
    request, tmp_path, kind, name, options
):
    data = request.getfixturevalue(kind)
    model = {"name": name, "options": options}
    exported, other = (build(model, data.transform, len(data.classes)) for _ in range(2))
    signatures.export(exported, data.transform, data.classes, str(tmp_path / "model"))
    tokens = request.getfixturevalue("vocabulary") if kind == "sentences" else []
    classes = [label.encode() for label in data.classes]
    assert warm_start.take_over(other, str(tmp_path / "model"), classes, tokens)
    for found, expected in zip(other.weights, exported.weights, strict=True):
        np.testing.assert_array_equal(found, expected, err_msg=found.path)


def test_words_and_classes_are_taken_over_by_their_names(base, sentences, vocabulary):
    folder = str(base / "model")
    earlier = text_cnn(2 + len(vocabulary), 2)
    assert warm_start.take_over(earlier, folder, [b"food", b"sport"], vocabulary)

    tokens = [b"new", *reversed(vocabulary[3:])]
    model = text_cnn(2 + len(tokens), 3)
    own = {layer.name: values(model, layer.name) for layer in model.layers if layer.weights}
    assert warm_start.take_over(model, folder, [b"art", b"food", b"sport"], tokens)

    for layer in ("token_embedding_bag", "token_embedding_phrases"):
        found, kept = values(model, layer), values(earlier, layer)
        np.testing.assert_array_equal(found[:2], kept[:2])
        np.testing.assert_array_equal(found[2], own[layer][2])
        np.testing.assert_array_equal(found[3:], kept[:4:-1])
    for layer in ("head_bag", "head_phrases"):
        np.testing.assert_array_equal(values(model, layer)[:, 1:], values(earlier, layer))
        np.testing.assert_array_equal(values(model, layer)[:, 0], own[layer][:, 0])
    # The pairs of other ids meet in other buckets.
    np.testing.assert_array_equal(values(model, "hashed_embedding"), own["hashed_embedding"])


@pytest.mark.parametrize("options", [{"embedding": 9}, {"widths": (2, 3)}])
def test_a_model_of_another_shape_is_left_as_it_was(base, vocabulary, options):
    model = text_cnn(2 + len(vocabulary), 2, **options)
    before = model.get_weights()
    assert not warm_start.take_over(model, str(base / "model"), [b"food", b"sport"], vocabulary)
    for found, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_warm_start_learns_faster_than_one_from_scratch(base, sentences, tmp_path):
    settings = {"epochs": 1, "learning_rate": 1e-3}
    cold = sentences.train(tmp_path / "cold", "text_cnn", TEXT_CNN, **settings)
    fn_args = sentences.fn_args(tmp_path / "warm", "text_cnn", TEXT_CNN, **settings)
    fn_args.base_model = str(base / "model")
    run_fn(fn_args)
    warm = report(tmp_path / "warm")
    assert warm["warm_start"] and not report(cold)["warm_start"]
    assert warm["epochs"][0]["eval_loss"] < 0.8 * report(cold)["epochs"][0]["eval_loss"]


def test_with_frozen_features_only_the_head_learns(base, sentences, vocabulary, tmp_path):
    fn_args = sentences.fn_args(
        tmp_path, "text_cnn", TEXT_CNN, epochs=1, learning_rate=0.05, freeze_features=True
    )
    fn_args.base_model = str(base / "model")
    run_fn(fn_args)
    assert report(tmp_path)["phases"] == ["head"]
    before, after = text_cnn(2 + len(vocabulary), 2), text_cnn(2 + len(vocabulary), 2)
    for model, folder in ((before, base), (after, tmp_path)):
        assert warm_start.take_over(model, str(folder / "model"), [b"food", b"sport"], vocabulary)
    for found, earlier in zip(after.weights, before.weights, strict=True):
        same = np.array_equal(found, earlier)
        assert same != found.path.startswith("head"), found.path
