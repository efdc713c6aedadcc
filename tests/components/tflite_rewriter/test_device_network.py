"""Claims about the network as a device runs it."""

import numpy as np
import tensorflow as tf

from components.examples import content_of
from components.tflite_rewriter.device_network import write_device_network
from components.tflite_rewriter.network import Network
from components.tflite_rewriter.standardisation import measure_standardisation


def answers(folder, name: str, inputs: np.ndarray) -> np.ndarray:
    signature = tf.saved_model.load(str(folder)).signatures["tflite"]
    assert signature.structured_input_signature[1][name].shape == [1, *inputs.shape[1:]]
    given = [signature(**{name: each[np.newaxis]})["probabilities"] for each in inputs]
    return np.concatenate(given)


def test_images_are_answered_to_as_plain_pixels(images, tmp_path):
    """One image at a time, from 0 to 255, gets what the whole model answers to its file."""
    network = Network(images.saved_model)
    standardisation = measure_standardisation(network, images.features)
    write_device_network(images.saved_model, standardisation, str(tmp_path))
    pixels = standardisation.undone(network.transform(images.raw[:9]))
    expected = network.predict([content_of(each) for each in images.raw[:9]])
    np.testing.assert_allclose(answers(tmp_path, "image", pixels), expected, atol=1e-5)


def test_texts_are_answered_to_as_token_ids(texts, tmp_path):
    """One text at a time, with nothing put in front of the network."""
    network = Network(texts.saved_model)
    write_device_network(texts.saved_model, None, str(tmp_path))
    ids = network.transform(texts.raw[:9])
    expected = network.predict([content_of(each) for each in texts.raw[:9]])
    np.testing.assert_allclose(answers(tmp_path, "token_ids", ids), expected, atol=1e-5)


def test_no_shape_is_left_to_be_computed(images, tmp_path):
    """Each tensor of the converted network has its size, which XNNPACK asks for."""
    write_device_network(images.saved_model, None, str(tmp_path))
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path), signature_keys=["tflite"])
    interpreter = tf.lite.Interpreter(model_content=converter.convert())
    shapes = [tensor["shape_signature"] for tensor in interpreter.get_tensor_details()]
    assert shapes
    assert all((shape > 0).all() for shape in shapes)
