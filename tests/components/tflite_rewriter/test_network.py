"""Claims about the SavedModel's answers."""

import numpy as np

from components.examples import content_of
from components.tflite_rewriter.network import Network


def test_raw_images_are_answered_as_their_transformed_tensors(images):
    """The signature `predict` is the transform and the network, example by example."""
    network = Network(images.saved_model)
    probabilities = network.predict([content_of(each) for each in images.raw])
    transformed = network.transform(images.raw)
    assert transformed.shape == (40, 8, 8, 3)
    signature = network._model.signatures["tflite"]
    expected = signature(image=transformed)["probabilities"].numpy()
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    assert network.classes == images.classes


def test_batches_do_not_change_the_answers(images, monkeypatch):
    """Rows stay with their examples when the examples do not fit into one batch."""
    network = Network(images.saved_model)
    raws = [content_of(each) for each in images.raw]
    whole = network.predict(raws), network.transform(images.raw)
    monkeypatch.setattr("components.saved_model._AT_ONCE", 7)
    np.testing.assert_allclose(network.predict(raws), whole[0], atol=1e-6)
    np.testing.assert_array_equal(network.transform(images.raw), whole[1])


def test_token_ids_have_the_number_type_that_the_network_takes(texts):
    """The transform gives 64-bit integers, a phone's network takes 32."""
    network = Network(texts.saved_model)
    ids = network.transform(texts.raw)
    assert ids.shape == (30, 12)
    assert ids.dtype == np.int32 == network.input.dtype.as_numpy_dtype
