"""What nobody has labelled yet is found, each once."""

import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.errors import InputError
from components.example_gen.examples_at import find_examples
from pipeline.feedback.contents import id_of
from pipeline.feedback.current_data import read_current_data
from pipeline.feedback.unseen import find_unseen
from pipeline.task import ImageData, TextData
from tests.pipeline.feedback.conftest import example, grey

DATA = ImageData(path="nowhere").to_dict()


def logged(path, *requests):
    """Writes each list of images as one request."""
    with tf.io.TFRecordWriter(str(path)) as writer:
        for images in requests:
            log = PredictionLog()
            inputs = log.predict_log.request.inputs
            inputs["image_bytes"].CopyFrom(tf.make_tensor_proto(images))
            writer.write(log.SerializeToString())
    return find_examples(str(path), "image")


def unseen(found, known=(), skipped=(), most=100, seed=0, data=DATA):
    return find_unseen(found, data, known, skipped, most, seed)


def test_each_content_counts_once(tmp_path):
    """Of one request or of several; known and skipped ones are left out, and all is counted."""
    images = [grey(level) for level in range(0, 60, 10)]
    found = logged(tmp_path / "a.tfrecord", images, images[:2], [b"no image"])
    known, skipped = {id_of(images[4], "image")}, {id_of(images[5], "image")}
    sample, tally = unseen(found, known, skipped)
    assert sorted(sample.contents) == sorted(images[:4])
    assert str(tally) == (
        "9 requests, 1 in the data already, 1 skipped in an earlier round, 2 that came before, "
        "1 that ingest would set aside"
    )
    assert all("brightness" in each.features.feature for each in sample.examples)


def test_of_too_many_some_are_drawn(tmp_path):
    """Always the same by seed."""
    found = logged(tmp_path / "a.tfrecord", [grey(9, seed) for seed in range(50)])
    one, same, other = (unseen(found, most=10, seed=seed)[0] for seed in (1, 1, 2))
    assert one.contents == same.contents != other.contents
    assert len(one) == 10
    assert "40 left to chance" in str(unseen(found, most=10)[1])


def test_nothing_new_is_said(tmp_path):
    with pytest.raises(InputError, match="nothing new to label: 1 request, 1 in the data already"):
        unseen(logged(tmp_path / "a.tfrecord", [grey(1)]), {id_of(grey(1), "image")})


def test_texts_that_read_the_same_are_one(tmp_path):
    records = [example(text, "text") for text in (b"Good film", b"good  film", b"bad")]
    with tf.io.TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        for record in records:
            writer.write(record)
    found = find_examples(str(tmp_path / "a.tfrecord"), "text")
    sample, _ = unseen(found, data=TextData(path="nowhere").to_dict())
    assert sorted(sample.contents) == [b"Good film", b"bad"]


def test_what_the_data_hold_is_read_from_the_newest_span(tmp_path):
    """Of all splits: what is tested on must not be learned."""
    for name, level in (("span-1/old/a", 1), ("span-2/train/cat/a", 2), ("span-2/train/dog/a", 3)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / f"{name}.png").write_bytes(grey(level))
    (tmp_path / "span-2/test/dog").mkdir(parents=True)
    (tmp_path / "span-2/test/dog/b.png").write_bytes(grey(4))
    found = read_current_data(ImageData(path=str(tmp_path)).to_dict())
    assert found.classes == ("cat", "dog")
    assert found.ids == {id_of(grey(level), "image") for level in (2, 3, 4)}
