"""Mistakes are explained from the two artifacts that a training leaves."""

import io
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components import keras_model
from components.evaluator.explanations import explain
from components.evaluator.explanations.explain import Explainer
from components.features import IMAGE
from components.transform import images

SIZE = 8
PREFIX = "data:image/"


class OfImages(tf.Module):
    """Transforms images as the exported models do."""

    def __init__(self, keep_aspect: bool) -> None:
        super().__init__()
        self._keep_aspect = keep_aspect

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")])
    def transform_features(self, examples):
        spec = {IMAGE: tf.io.FixedLenFeature([], tf.string)}
        files = tf.io.parse_example(examples, spec)[IMAGE]
        settings = {"height": SIZE, "width": SIZE, "channels": 3}
        return {IMAGE: images.read(files, keep_aspect=self._keep_aspect, **settings) - 0.5}


class OfTexts(tf.Module):
    """Finds a text negative where it says "awful"."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def predict(self, text):
        is_awful = tf.cast(tf.strings.regex_full_match(text, "(?s).*awful.*"), tf.float32)
        return {"probabilities": tf.stack([is_awful, 1 - is_awful], axis=1)}


def picture(width: int, height: int) -> bytes:
    """Returns a PNG file, white on the left and black on the right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def serialise(content: bytes) -> bytes:
    value = tf.train.Feature(bytes_list=tf.train.BytesList(value=[content]))
    return tf.train.Example(features=tf.train.Features(feature={IMAGE: value})).SerializeToString()


def export(module: tf.Module, name: str, folder: Path) -> str:
    tf.saved_model.save(module, str(folder), signatures={name: getattr(module, name)})
    return str(folder)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """Class 1 is what is bright."""
    pixels = keras.Input((SIZE, SIZE, 3))
    maps = keras.layers.Conv2D(1, 1, activation="relu", kernel_initializer="ones")(pixels)
    mean = keras.layers.GlobalAveragePooling2D()(maps)
    head = keras.layers.Dense(2, activation="softmax")
    model = keras.Model(pixels, head(mean))
    head.set_weights([np.array([[-1.0, 1.0]]), np.array([0.5, 0.0])])
    return model


def test_an_image_is_shown_as_it_is_and_with_what_matters_marked(network, tmp_path):
    saved = export(OfImages(keep_aspect=False), "transform_features", tmp_path / "model")
    keras_model.write(network, str(tmp_path))
    content = picture(16, 16)
    (found,) = Explainer(saved, str(tmp_path), "image").explain(
        [serialise(content)], [content], np.array([1])
    )
    assert found.image.startswith(PREFIX)
    assert found.heat.startswith(PREFIX)
    assert found.image != found.heat
    assert found.words == ()


@pytest.mark.parametrize("keep_aspect", [True, False])
def test_the_transform_is_asked_whether_it_pads(network, tmp_path, monkeypatch, keep_aspect):
    saved = export(OfImages(keep_aspect), "transform_features", tmp_path / "model")
    keras_model.write(network, str(tmp_path))
    told = []
    monkeypatch.setattr(explain, "mark", lambda *_, padded: told.append(padded))
    content = picture(32, 16)
    explainer = Explainer(saved, str(tmp_path), "image")
    explainer.explain([serialise(content)], [content], np.array([1]))
    assert told == [keep_aspect]


def test_without_the_keras_file_an_image_is_only_shown(tmp_path):
    saved = export(OfImages(keep_aspect=False), "transform_features", tmp_path / "model")
    content = picture(16, 16)
    (found,) = Explainer(saved, str(tmp_path), "image").explain(
        [serialise(content)], [content], np.array([1])
    )
    assert found.image.startswith(PREFIX)
    assert found.heat is None


def test_the_words_of_a_text_are_weighed_also_where_it_is_no_utf8(tmp_path):
    saved = export(OfTexts(), "predict", tmp_path / "model")
    content = b"an awful film \xff"
    (found,) = Explainer(saved, str(tmp_path), "text").explain([b""], [content], np.array([0]))
    assert found.words == (
        ("an", 0.0),
        ("awful", 1.0),
        ("film", 0.0),
        ("\N{REPLACEMENT CHARACTER}", 0.0),
    )
    assert (found.image, found.heat) == (None, None)


def test_a_model_without_mistakes_has_nothing_to_explain(tmp_path):
    saved = export(OfTexts(), "predict", tmp_path / "model")
    assert Explainer(saved, str(tmp_path), "text").explain([], [], np.array([], int)) == []
