"""Whatever the form, what is read is a `tf.Example` with content, source and the label if any."""

import gzip

import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.errors import InputError
from components.example_gen.bare_examples import read
from components.example_gen.examples_at import find_examples
from components.example_gen.set_aside import Rejected
from components.examples import values


def example(**features):
    made = tf.train.Example()
    for name, value in features.items():
        field = made.features.feature[name]
        (field.bytes_list if isinstance(value, bytes) else field.float_list).value.append(value)
    return made.SerializeToString()


def write_records(path, records, compression=""):
    with tf.io.TFRecordWriter(str(path), compression) as writer:
        for record in records:
            writer.write(record)


def outcomes(path, data, splits=()):
    """Returns the features of each example by name, or why it is none."""
    found = []
    for outcome in read(find_examples(str(path), data["kind"]), data, splits):
        if isinstance(outcome, Rejected):
            found.append(tuple(outcome))
        else:
            parsed = tf.train.Example.FromString(outcome)
            found.append({name: values(parsed, name)[0] for name in parsed.features.feature})
    return found


def test_files_of_no_class_have_no_label(tmp_path, write, text_data):
    write("1.txt", "\ufeffgood")
    write("2.txt", b"\xff")
    assert outcomes(tmp_path, text_data) == [
        {"text": "good", "source": "1.txt"},
        ("2.txt", "is not UTF-8 at byte 1"),
    ]


def test_files_of_classes_have_one(tmp_path, write, image_data):
    write("cat/a.png", "not looked at")
    write("dog/b.png", "either")
    assert outcomes(tmp_path, image_data) == [
        {"image": "not looked at", "source": "cat/a.png", "label": "cat"},
        {"image": "either", "source": "dog/b.png", "label": "dog"},
    ]


def test_single_splits_can_be_read(tmp_path, write, image_data):
    for name in ("train/cat/a.png", "train/dog/b.png", "test/dog/c.png"):
        write(name, name)
    assert [found["source"] for found in outcomes(tmp_path, image_data, ["eval", "test"])] == [
        "test/dog/c.png"
    ]


def test_a_table_needs_neither_labels_nor_groups(tmp_path, write, text_data):
    """A row without a label has none; a table that lacks the column, no row has one."""
    data = text_data | {"group_column": "author"}
    write("a.csv", "text,label\ngood,pos\nbad, \n,neg\n")
    write("b.jsonl", '{"text": "fine", "label": 0}\n{"text": "so", "label": null}\n')
    write("c.csv", "text\nalone\n")
    assert outcomes(tmp_path, data) == [
        {"text": "good", "source": "a.csv#row 1", "label": "pos"},
        {"text": "bad", "source": "a.csv#row 2"},
        ("a.csv#row 3", "has no text"),
        {"text": "fine", "source": "b.jsonl#row 1", "label": "0"},
        {"text": "so", "source": "b.jsonl#row 2"},
        {"text": "alone", "source": "c.csv#row 1"},
    ]


def test_a_table_without_texts_is_refused(write, text_data):
    path = write("a.csv", "review\ngood\n")
    with pytest.raises(InputError, match=r"text_column = 'text': a.csv has no such column"):
        outcomes(path, text_data)


@pytest.mark.parametrize(("name", "compression"), [("a.tfrecord", ""), ("a.tfrecord.gz", "GZIP")])
def test_records_keep_what_they_hold(tmp_path, text_data, name, compression):
    records = [
        example(text=b"good", words=7.0, label=b"pos", source=b"the app"),
        example(text=b"bad"),
    ]
    write_records(tmp_path / name, records, compression)
    assert outcomes(tmp_path / name, text_data) == [
        {"text": "good", "words": 7.0, "label": "pos", "source": "the app"},
        {"text": "bad", "source": f"{name}#record 2"},
    ]


def test_records_that_are_no_examples_are_named(tmp_path, image_data):
    path = tmp_path / "a.tfrecord"
    write_records(path, [b"\xff\xff", example(text=b"x", words=1.0), example(image=1.0)])
    assert outcomes(path, image_data) == [
        ("a.tfrecord#record 1", "is no tf.Example, nor a PredictionLog"),
        ("a.tfrecord#record 2", "has no bytes in a feature 'image' (its features: text, words)"),
        ("a.tfrecord#record 3", "has no bytes in a feature 'image' (its features: image)"),
    ]


def logged(**inputs):
    """Returns the log of a request to predict."""
    log = PredictionLog()
    log.log_metadata.model_spec.name = "pets"
    log.log_metadata.model_spec.version.value = 7
    for name, array in inputs.items():
        log.predict_log.request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
    return log


def test_logged_requests_hold_one_example_or_several(tmp_path, text_data):
    """However they were asked: raw, with tf.Examples, to classify, with a context."""
    classify, several = PredictionLog(), PredictionLog()
    source = classify.classify_log.request.input.example_list
    source.examples.append(tf.train.Example.FromString(example(text=b"classified", label=b"no")))
    source = several.multi_inference_log.request.input.example_list_with_context
    source.context.MergeFromString(example(text=b"in the context"))
    source.examples.add()
    records = [
        logged(text=[b"raw"]),
        logged(text=[b"first", b"second"]),
        logged(examples=[example(text=b"inside", words=1.0)]),
        classify,
        several,
        logged(text=["\xe4"]),
    ]
    write_records(tmp_path / "a.tfrecord", [each.SerializeToString() for each in records])
    assert outcomes(tmp_path / "a.tfrecord", text_data) == [
        {"text": "raw", "source": "a.tfrecord#record 1"},
        {"text": "first", "source": "a.tfrecord#record 2, example 1"},
        {"text": "second", "source": "a.tfrecord#record 2, example 2"},
        {"text": "inside", "source": "a.tfrecord#record 3"},
        {"text": "classified", "source": "a.tfrecord#record 4"},
        {"text": "in the context", "source": "a.tfrecord#record 5"},
        {"text": "\xe4", "source": "a.tfrecord#record 6"},
    ]


def test_logged_requests_without_an_example_are_named(tmp_path, image_data):
    """Such as those to a signature that takes numbers."""
    numbers, streamed = logged(values=[1.0]), PredictionLog()
    streamed.predict_streamed_log.SetInParent()
    broken = logged(examples=[b"\xff\xff", example(text=b"x")])
    records = [each.SerializeToString() for each in (numbers, streamed, broken)]
    write_records(tmp_path / "a.tfrecord", records)
    assert outcomes(tmp_path / "a.tfrecord", image_data) == [
        (f"a.tfrecord#record {n}", "is a logged request without a single image") for n in (1, 2, 3)
    ]


@pytest.mark.parametrize("name", ["a.tfrecord", "a.gz"])
def test_a_damaged_file_of_records_is_read_as_far_as_it_goes(tmp_path, text_data, name):
    """A log that is written to just now may end within a record."""
    path = tmp_path / name
    write_records(path, [example(text=b"good"), example(text=b"bad")])
    content = path.read_bytes()[:-3]
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert outcomes(path, text_data) == [
        {"text": "good", "source": f"{name}#record 1"},
        (name, "is damaged after record 1, or cannot be read"),
    ]


@pytest.mark.parametrize("name", ["a.tfrecord", "a.gz"])
def test_a_file_of_something_else_holds_no_records(write, text_data, name):
    path = write(name, "something else " * 10)
    assert outcomes(path, text_data) == [(name, "holds no TFRecords, or cannot be read")]
