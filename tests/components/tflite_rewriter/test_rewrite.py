"""Claims about making, measuring and pushing the variants, through the real converter."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.tflite_rewriter.interpret import interpret
from components.tflite_rewriter.report import Report
from components.tflite_rewriter.rewrite import Settings, push_blessed, rewrite

MEMORY = 6 * 2**30


Rewritten = tuple[Any, Path, Report]


def rewrite_tiny(exported: Any, output: Path) -> Rewritten:
    settings = Settings(examples=25, min_agreement=0.9, memory_bytes=MEMORY, deadline_seconds=100)
    report = rewrite(exported.saved_model, exported.record_files, settings, "17", output)
    return exported, output, report


@pytest.fixture(scope="module")
def rewritten_images(images, tmp_path_factory) -> Rewritten:
    return rewrite_tiny(images, tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def rewritten_texts(texts, tmp_path_factory) -> Rewritten:
    return rewrite_tiny(texts, tmp_path_factory.mktemp("texts"))


@pytest.fixture(params=["rewritten_images", pytest.param("rewritten_texts", marks=pytest.mark.e2e)])
def rewritten(request) -> Rewritten:
    """The variants of a tiny model: its export, the output folder, the report."""
    return request.getfixturevalue(request.param)


def test_every_variant_is_made_and_measured(rewritten):
    """Both variants are files of the size that the report gives, and neither failed."""
    _, output, report = rewritten
    assert [variant.name for variant in report.variants] == ["float32", "dynamic_range"]
    for variant in report.variants:
        assert variant.failure is None
        assert (output / variant.name / "model.tflite").stat().st_size == variant.bytes > 0
        assert 0 < variant.seconds < 100
    assert report.examples == 25


def test_float32_gives_the_saved_model_s_answers(rewritten):
    """Same class everywhere, and probabilities within float rounding."""
    float32 = rewritten[2].variants[0].comparison
    assert float32.agreement == 1.0
    assert float32.max_difference < 1e-5


def test_dynamic_range_is_near_but_not_equal(rewritten_images):
    """8-bit weights move the probabilities, so the comparison has something to measure."""
    dynamic_range = rewritten_images[2].variants[1].comparison
    assert 1e-5 < dynamic_range.max_difference < 0.1


def test_accuracies_are_those_of_an_independent_count(rewritten):
    """Example by example, with a plain interpreter, the same shares of right classes come out."""
    exported, output, report = rewritten
    labels = (output / "labels.txt").read_text().split()
    serve = tf.saved_model.load(exported.saved_model).signatures
    chosen = sorted(exported.raw, key=hash_of_source)[:25]
    right = {"SavedModel": 0, "float32": 0, "dynamic_range": 0}
    for raw in chosen:
        truth = tf.train.Example.FromString(raw).features.feature["label"].bytes_list.value[0]
        answer = serve["serving_default"](examples=tf.constant([raw]))["probabilities"]
        right["SavedModel"] += labels[int(np.argmax(answer))] == truth.decode()
        (tensor,) = serve["transform_features"](examples=tf.constant([raw])).values()
        for name in ("float32", "dynamic_range"):
            interpreter = tf.lite.Interpreter(str(output / name / "model.tflite"))
            interpreter.allocate_tensors()
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], tensor)
            interpreter.invoke()
            answer = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
            right[name] += labels[int(np.argmax(answer))] == truth.decode()
    assert report.accuracy == right["SavedModel"] / 25
    assert {v.name: v.comparison.accuracy for v in report.variants} == {
        name: right[name] / 25 for name in ("float32", "dynamic_range")
    }
    assert 0 < right["SavedModel"] < 25


def test_the_blessed_variant_is_pushed_whole_under_the_served_version(rewritten, tmp_path):
    """The pushed folder holds the model, its labels and its report, and nothing else."""
    _, output, report = rewritten
    path = push_blessed(output, report, str(tmp_path / "tflite"))
    assert path == str(tmp_path / "tflite" / "17")
    files = {file.name: file.read_bytes() for file in Path(path).iterdir()}
    assert set(files) == {"model.tflite", "labels.txt", "report.json"}
    assert files["model.tflite"] == (output / report.blessed / "model.tflite").read_bytes()
    assert files["labels.txt"] == (output / "labels.txt").read_bytes()
    assert json.loads(files["report.json"])["blessed"] == report.blessed
    assert push_blessed(output, report, str(tmp_path / "tflite")) == path


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"deadline_seconds": 0.1, "memory_bytes": MEMORY}, "not done within 0.1 s"),
        ({"memory_bytes": 200 * 2**20}, "out of memory (limit 0.195 GiB)"),
    ],
)
def test_a_conversion_beyond_its_limits_is_a_row_not_an_error(images, tmp_path, limits, reason):
    """The report names the limit, nothing is blessed, and nothing is pushed."""
    settings = Settings(examples=3, min_agreement=0.0, **limits)
    output = tmp_path / "output"
    output.mkdir()
    report = rewrite(images.saved_model, images.record_files, settings, "17", output)
    assert [variant.failure for variant in report.variants] == [f"conversion: {reason}"] * 2
    assert [variant.bytes for variant in report.variants] == [None] * 2
    assert report.blessed is None
    assert report.verdict.startswith("not blessed")
    assert push_blessed(output, report, str(tmp_path / "tflite")) is None
    assert not (tmp_path / "tflite").exists()


def test_probabilities_that_are_not_finite_are_refused(rewritten_images):
    """A model that answers NaN has no agreement to speak of."""
    _, output, _ = rewritten_images
    inputs = np.full((1, 8, 8, 1), np.nan, np.float32)
    with pytest.raises(ValueError, match="finite"):
        interpret(str(output / "float32" / "model.tflite"), inputs)


def test_no_examples_is_an_error(images, tmp_path):
    """Without examples there is no verdict."""
    with pytest.raises(ValueError, match="no examples"):
        rewrite(images.saved_model, [], Settings(5, 0.9), "17", tmp_path)


def hash_of_source(raw: bytes) -> bytes:
    feature = tf.train.Example.FromString(raw).features.feature
    return hashlib.sha256(feature["source"].bytes_list.value[0]).digest()
