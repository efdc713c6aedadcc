"""Claims about the SavedModel's answers."""

import hashlib

import numpy as np
import tensorflow as tf

from components.tflite_rewriter.reference import choose_examples, take_reference


def source(example: bytes) -> bytes:
    feature = tf.train.Example.FromString(example).features.feature
    return feature["source"].bytes_list.value[0]


def test_the_choice_is_that_of_the_smallest_hashes(images):
    """The examples are the first by SHA-256 of their source, whatever the order of the files."""
    expected = sorted(images.raw, key=lambda raw: hashlib.sha256(source(raw)).digest())
    assert choose_examples(images.record_files, 7) == expected[:7]
    assert choose_examples(images.record_files[::-1], 7) == expected[:7]


def test_all_examples_are_taken_where_there_are_too_few(images):
    """A count above the split's size takes the split."""
    assert sorted(choose_examples(images.record_files, 1000)) == sorted(images.raw)


def test_batches_do_not_change_the_answers(images, monkeypatch):
    """Rows stay with their examples when the examples do not fit into one batch."""
    whole = take_reference(images.saved_model, images.raw)
    monkeypatch.setattr("components.tflite_rewriter.reference.BATCH", 7)
    parts = take_reference(images.saved_model, images.raw)
    np.testing.assert_array_equal(whole.inputs, parts.inputs)
    np.testing.assert_allclose(whole.probabilities, parts.probabilities, atol=1e-6)
    assert whole.inputs.shape == (40, 8, 8, 1)
    assert whole.probabilities.shape == (40, 3)
    assert whole.classes == parts.classes == images.classes
    assert whole.labels == parts.labels == [images.classes[i % 3] for i in range(40)]


def test_token_ids_stay_integers(texts):
    """A text model's inputs keep their type and length."""
    reference = take_reference(texts.saved_model, texts.raw)
    assert reference.inputs.shape == (30, 12)
    assert reference.inputs.dtype == np.int64
