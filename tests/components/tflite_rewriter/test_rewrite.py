"""Claims about making, measuring and judging the variants, through the real converter."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.tflite_rewriter.report import Report
from components.tflite_rewriter.rewrite import Source, rewrite
from components.tflite_rewriter.settings import Settings

PHONES = ("float32", "float16", "dynamic_range", "int8")
SETTINGS = Settings(
    examples=25,
    variants=PHONES,
    max_accuracy_drop=0.5,
    min_agreement=0.5,
    representative_examples=12,
    memory_bytes=6 * 2**30,
    deadline_seconds=100,
)


class Rewritten(NamedTuple):
    exported: Any
    output: Path
    report: Report


def rewrite_tiny(exported: Any, output: Path, source: Source | None = None) -> Rewritten:
    report = rewrite(source or exported.source, SETTINGS, "17", output)
    return Rewritten(exported, output, report)


@pytest.fixture(scope="module")
def rewritten_images(images, tmp_path_factory, in_process) -> Rewritten:
    return rewrite_tiny(images, tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def rewritten_texts(texts, tmp_path_factory, in_process) -> Rewritten:
    return rewrite_tiny(texts, tmp_path_factory.mktemp("texts"))


@pytest.fixture(params=["rewritten_images", "rewritten_texts"])
def rewritten(request) -> Rewritten:
    """The variants of a tiny model: its export, the output folder, the report."""
    return request.getfixturevalue(request.param)


def test_every_variant_is_made_measured_and_timed(rewritten):
    """Each is a file of the size that the report gives, with a latency for one and two threads."""
    _, output, report = rewritten
    assert [row.name for row in report.rows] == ["keras", "saved_model", *PHONES]
    for row in report.rows[2:]:
        assert row.status == "within", row.reason
        assert (output / row.path).stat().st_size == row.bytes > row.gzip_bytes > 0
        assert [latency.threads for latency in row.latencies] == [1, 2]
        assert 0 < row.seconds < 100
    assert report.examples == 25
    assert json.loads((output / "parity.json").read_text())["blessed"] == report.blessed


def test_keras_and_float32_give_the_saved_model_s_answers(rewritten):
    """Same class everywhere, and probabilities within float rounding: from the raw image or text
    through the transform outside of the network, and back to pixels for the phone."""
    for name in ("keras", "saved_model", "float32"):
        comparison = rewritten.report.row(name).comparison
        assert comparison.agreement == 1.0
        assert comparison.max_difference < 1e-5


@pytest.mark.parametrize("name", ["dynamic_range", "int8"])
def test_integers_are_near_but_not_equal(rewritten_images, name):
    """8-bit numbers move the probabilities, so the comparison has something to measure, and make
    the file smaller."""
    row = rewritten_images.report.row(name)
    assert 1e-5 < row.comparison.max_difference < 0.1
    assert row.bytes < rewritten_images.report.row("float32").bytes


def test_int8_computes_in_integers_between_float_ends(rewritten_images):
    """The tensors between the first and the last are integers; an app hands over floats as to any
    other variant."""
    interpreter = tf.lite.Interpreter(str(rewritten_images.output / "served/int8/model.tflite"))
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert taken["dtype"] == given["dtype"] == np.float32
    outer = {taken["index"], given["index"]}
    inner = [t["dtype"] for t in interpreter.get_tensor_details() if t["index"] not in outer]
    assert inner.count(np.int8) > 0
    assert inner.count(np.float32) == 0


def test_accuracies_are_those_of_an_independent_count(rewritten):
    """Example by example, with a plain loop over Keras, the SavedModel and plain interpreters, the
    same numbers of right classes come out."""
    exported, output, report = rewritten
    labels = (output / "labels.txt").read_text().split()
    serve = tf.saved_model.load(exported.saved_model).signatures
    network = keras.saving.load_model(exported.folder / "run" / "model.keras")
    chosen = sorted(exported.raw, key=hash_of_source)[:25]
    right = {row.name: 0 for row in report.rows}

    def count(name: str, probabilities: np.ndarray) -> None:
        right[name] += labels[int(np.argmax(probabilities))] == truth

    for each in chosen:
        features = tf.train.Example.FromString(each).features.feature
        truth = features["label"].bytes_list.value[0].decode()
        name, argument = ("image", "image_bytes") if "image" in features else ("text", "text")
        raw = features[name].bytes_list.value[0]
        count("saved_model", serve["predict"](**{argument: tf.constant([raw])})["probabilities"])
        (tensor,) = serve["transform_features"](examples=tf.constant([each])).values()
        count("keras", network(tensor))
        taken = tf.cast(tensor, tf.int32)
        if name == "image":
            # Files of the network's own size are its pixels.
            taken = tf.cast(tf.io.decode_png(raw, 3), tf.float32)[tf.newaxis]
        for variant in PHONES:
            interpreter = tf.lite.Interpreter(str(output / "served" / variant / "model.tflite"))
            interpreter.allocate_tensors()
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], taken)
            interpreter.invoke()
            count(variant, interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    assert {row.name: row.comparison.accuracy.value for row in report.rows} == {
        name: number / 25 for name, number in right.items()
    }
    assert 0 < right["saved_model"] < 25


def test_a_training_without_a_keras_file_is_a_row(images, tmp_path, in_process):
    """Older trainings left none: the row says so, and the others are there."""
    source = dataclasses.replace(images.source, model_run=str(tmp_path))
    settings = dataclasses.replace(SETTINGS, variants=("float32",))
    report = rewrite(source, settings, "17", made(tmp_path / "output"))
    row = report.row("keras")
    assert (row.status, row.comparison) == ("failed", None)
    assert row.reason.startswith("the training left no model.keras")
    assert report.blessed == "float32"


def test_a_student_is_measured_against_the_model_in_service(
    images, student_images, tmp_path, in_process
):
    """A student's variants agree with the student; their accuracy is held against the model's in
    service."""
    source = dataclasses.replace(images.source, students={"small": student_images.saved_model})
    settings = dataclasses.replace(SETTINGS, variants=("float32",))
    report = rewrite(source, settings, "17", made(tmp_path / "output"))
    names = ["keras", "saved_model", "float32", "small saved_model", "small float32"]
    assert [row.name for row in report.rows] == names
    teacher, student = report.row("saved_model"), report.row("small float32")
    assert student.comparison.agreement == 1.0
    assert student.comparison.difference.value == pytest.approx(
        student.comparison.accuracy.value - teacher.comparison.accuracy.value
    )
    differ = student.comparison.only_this_right + student.comparison.only_saved_model_right
    assert differ > 0
    assert report.blessed == "small float32"
    assert (tmp_path / "output" / "small" / "float32" / "model.tflite").is_file()


def test_students_have_the_classes_of_the_model_in_service(images, texts, tmp_path, in_process):
    """Another list of classes would make every comparison meaningless."""
    source = dataclasses.replace(images.source, students={"other": texts.saved_model})
    settings = dataclasses.replace(SETTINGS, variants=("float32",))
    with pytest.raises(ValueError, match="student 'other': other classes"):
        rewrite(source, settings, "17", made(tmp_path / "output"))


def test_nothing_keeps_to_an_impossible_tolerance(images, tmp_path, in_process):
    """The verdict names each variant's reason, no README is written, and the report is there."""
    settings = dataclasses.replace(SETTINGS, variants=("int8",), max_accuracy_drop=0.0)
    report = rewrite(images.source, settings, "17", made(tmp_path / "output"))
    assert report.blessed is None
    assert report.verdict.startswith("not blessed: no variant keeps to the tolerance (int8: ")
    assert not (tmp_path / "output" / "README.md").exists()
    assert (tmp_path / "output" / "parity.json").is_file()


def test_no_examples_is_an_error(images, tmp_path):
    """Without examples there is no verdict."""
    source = dataclasses.replace(images.source, evaluation=[])
    with pytest.raises(ValueError, match="no examples"):
        rewrite(source, SETTINGS, "17", tmp_path)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def hash_of_source(raw: bytes) -> bytes:
    feature = tf.train.Example.FromString(raw).features.feature
    return hashlib.sha256(feature["source"].bytes_list.value[0]).digest()
