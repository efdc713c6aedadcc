"""The Keras file is written whole, and read by whoever finds it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from components import keras_model


class Doubling(keras.layers.Layer):
    """A layer that another process does not know."""

    def call(self, values):
        return 2 * values


def network(*layers: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(3)])


def test_what_is_read_answers_as_what_was_written(tmp_path):
    model, batch = network(), np.array([[1.0, 2.0]])
    keras_model.write(model, str(tmp_path))
    np.testing.assert_array_equal(keras_model.read(str(tmp_path))(batch), model(batch))
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_it_goes_to_wherever_tensorflow_can_write():
    """As object stores do, TensorFlow's `ram://` takes nothing that Keras writes by itself."""
    model, batch = network(), np.array([[1.0, 2.0]])
    tf.io.gfile.makedirs("ram://run")
    keras_model.write(model, "ram://run")
    keras_model.write(model, "ram://run")
    np.testing.assert_array_equal(keras_model.read("ram://run")(batch), model(batch))


def test_an_interrupted_writing_leaves_what_was_there(tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    keras_model.write(network(), str(tmp_path))
    before = (tmp_path / "model.keras").read_bytes()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(tf.io.gfile, "rename", interrupt)
        keras_model.write(network(), str(tmp_path))
    assert (tmp_path / "model.keras").read_bytes() == before


def test_a_training_that_left_none_has_none(tmp_path):
    assert keras_model.read(str(tmp_path)) is None


def test_a_layer_that_is_not_keras_own_is_named_and_none_is_read(tmp_path, caplog):
    keras_model.write(network(Doubling()), str(tmp_path))
    assert keras_model.read(str(tmp_path)) is None
    assert "model.keras can't be read: Could not locate class 'Doubling'\n" in caplog.text
