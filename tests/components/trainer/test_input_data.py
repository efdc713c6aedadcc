"""Reading: each example once, in a known order, with what the user got wrong named."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from components.errors import InputError
from components.features import IMAGE
from components.trainer import input_data
from components.trainer.input_data import Split, class_names
from tests.components.trainer.conftest import STILL

SCHEMA = 'feature { name: "label" type: BYTES %s }'


@pytest.fixture
def train(digits) -> Split:
    return Split(digits.files("train"), digits.transform, digits.classes)


def collect(batches: tf.data.Dataset, count: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = zip(*batches.take(count).as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def in_order(images: np.ndarray) -> np.ndarray:
    return np.unique(images.reshape(len(images), -1), axis=0)


@pytest.mark.parametrize(
    "schema",
    [
        SCHEMA % 'string_domain { value: "b" value: "a" }',
        'string_domain { name: "kinds" value: "b" value: "a" }' + SCHEMA % 'domain: "kinds"',
    ],
)
def test_classes_are_the_sorted_domain_of_the_label(tmp_path, schema):
    (tmp_path / "schema.pbtxt").write_text(schema)
    assert class_names(str(tmp_path / "schema.pbtxt")) == ["a", "b"]


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        (SCHEMA % "", "no string_domain"),
        ("", "no string_domain"),
        (SCHEMA % r'string_domain { value: "a\nb" }', r"'a\\nb'"),
        (SCHEMA % 'string_domain { value: "" }', "''"),
    ],
)
def test_a_schema_without_usable_classes_is_the_users_mistake(tmp_path, schema, complaint):
    (tmp_path / "schema.pbtxt").write_text(schema)
    with pytest.raises(InputError, match=complaint):
        class_names(str(tmp_path / "schema.pbtxt"))


def test_a_split_knows_its_size(train):
    assert train.size == 60


def test_a_label_outside_the_schema_is_named_with_its_source(digits, write_examples, tmp_path):
    write_examples(tmp_path / "data.gz", IMAGE, digits.values[:2], ["3", "cat"])
    split = Split([str(tmp_path / "*")], digits.transform, digits.classes)
    with pytest.raises(InputError, match=r"cat/1: label 'cat' .* valid: 0, 1, 2, 3"):
        _ = split.size


def test_an_empty_split_is_the_users_mistake(digits, write_examples, tmp_path):
    write_examples(tmp_path / "data.gz", IMAGE, [], [])
    with pytest.raises(InputError, match="no examples"):
        _ = Split([str(tmp_path / "*")], digits.transform, digits.classes).size


def test_evaluation_gives_every_example_once_in_order(digits, train):
    images, labels = collect(train.evaluation_batches(16), -1)
    chosen = [i for i in range(80) if i % 4 != 3]
    layer = digits.transform.transform_features_layer()
    expected = layer({IMAGE: tf.constant([[digits.values[i]] for i in chosen])})[IMAGE]
    np.testing.assert_allclose(images, expected, atol=1e-5)
    assert labels.dtype == np.float32
    assert [digits.classes[i] for i in labels.argmax(axis=1)] == [digits.labels[i] for i in chosen]
    np.testing.assert_array_equal(labels.sum(axis=1), 1)


@pytest.mark.parametrize("available", [2**30, 0], ids=["in memory", "anew each pass"])
def test_training_passes_over_every_example_in_an_order_that_the_seed_decides(
    train, monkeypatch, available
):
    monkeypatch.setattr(input_data, "available_bytes", lambda: available)
    images, labels = collect(train.training_batches(15, STILL, seed=1), 8)
    first, second = images[:60], images[60:]
    everything, _ = collect(train.evaluation_batches(60), 1)
    np.testing.assert_array_equal(in_order(first), in_order(everything))
    np.testing.assert_array_equal(in_order(second), in_order(everything))
    assert not np.array_equal(first, second)

    again, labels_again = collect(train.training_batches(15, STILL, seed=1), 8)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)
    other, _ = collect(train.training_batches(15, STILL, seed=2), 8)
    assert not np.array_equal(images, other)


@pytest.mark.parametrize(("cache", "kept"), [(60 * 8 * 8 * 4, True), (60 * 8 * 8 * 4 - 1, False)])
def test_what_is_larger_than_the_cache_is_not_kept(train, cache, kept):
    split = dataclasses.replace(train, cache_bytes=cache)
    everything, _ = collect(split.evaluation_batches(60), 1)
    assert everything.nbytes == 60 * 8 * 8 * 4
    assert ("_kept" in vars(split) and vars(split)["_kept"] is not None) == kept


def test_a_batch_larger_than_the_split_is_filled_by_further_passes(train):
    images, _ = collect(train.training_batches(100, STILL, seed=1), 1)
    assert len(images) == 100
    assert len(in_order(images)) == len(in_order(images[:60]))


def test_only_training_images_are_augmented_and_each_pass_differently(train):
    shifting = {**STILL, "shift": 0.2, "zoom": 0.1}
    images, _ = collect(train.training_batches(60, shifting, seed=1), 2)
    plain, _ = collect(train.training_batches(60, STILL, seed=1), 2)
    assert np.abs(images - plain).max() > 0.5
    assert not np.intersect1d(
        in_order(images[:60]).sum(axis=1), in_order(images[60:]).sum(axis=1)
    ).size
    again, _ = collect(train.training_batches(60, shifting, seed=1), 2)
    np.testing.assert_array_equal(images, again)


@pytest.mark.parametrize("available", [2**30, 0], ids=["in memory", "anew each pass"])
def test_taken_up_at_a_step_the_batches_are_those_that_would_have_come(
    train, monkeypatch, available
):
    monkeypatch.setattr(input_data, "available_bytes", lambda: available)
    settings = {**STILL, "shift": 0.2, "mixup": 0.4}
    images, labels = collect(train.training_batches(16, settings, seed=1), 9)
    later, later_labels = collect(train.training_batches(16, settings, seed=1, first_step=5), 4)
    np.testing.assert_array_equal(later, images[5 * 16 :])
    np.testing.assert_array_equal(later_labels, labels[5 * 16 :])


def test_class_weights_let_each_class_count_the_same(digits, write_examples, tmp_path):
    labels = ["0"] * 6 + ["1"] * 2
    write_examples(tmp_path / "data.gz", IMAGE, digits.values[:8], labels)
    split = Split([str(tmp_path / "*")], digits.transform, digits.classes)
    assert split.counts.tolist() == [6, 2, *[0] * 8]
    weights = split.class_weights()
    np.testing.assert_allclose(weights, [8 / 12, 2, *[0] * 8])
    assert weights @ split.counts == pytest.approx(8)

    batches = split.training_batches(8, STILL, seed=1, class_weights=weights)
    _, one_hot, of_examples = next(iter(batches))
    np.testing.assert_allclose(of_examples, one_hot.numpy() @ weights)
    mixing = {**STILL, "mixup": 1.0}
    _, mixed, of_mixed = next(iter(split.training_batches(8, mixing, 1, class_weights=weights)))
    np.testing.assert_allclose(of_mixed, mixed.numpy() @ weights, rtol=1e-5)
    assert not np.isin(np.unique(of_mixed.numpy().round(4)), weights.round(4)).all()


@pytest.mark.parametrize("kept", [True, False])
def test_no_iterator_tunes_itself_which_would_hold_up_its_end(train, monkeypatch, kept):
    monkeypatch.setattr(input_data, "available_bytes", lambda: 2**40 if kept else 0)
    for batches in (train.training_batches(16, STILL, 1), train.evaluation_batches(16)):
        assert batches.options().autotune.enabled is False


def test_what_several_devices_cannot_share_evenly_is_left_out(train):
    sizes = [len(labels) for _, labels in train.evaluation_batches(16, replicas=4)]
    assert train.size == 60 and sizes == [16, 16, 16]
    sizes = [len(labels) for _, labels in train.evaluation_batches(64, replicas=8)]
    assert sizes == [56]
