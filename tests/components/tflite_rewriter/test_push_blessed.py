"""Claims about what is pushed for phones."""

import dataclasses
import json
from pathlib import Path

import pytest

from components.tflite_rewriter.push_blessed import push_blessed
from components.tflite_rewriter.report import Report
from components.tflite_rewriter.rewrite import rewrite
from components.tflite_rewriter.settings import Settings

SETTINGS = Settings(
    examples=5, variants=("float32", "float16"), max_accuracy_drop=1.0, min_agreement=0.0
)
IMAGE_FILES = {
    "model.tflite",
    "labels.txt",
    "model.json",
    "parity.json",
    "index.html",
    "README.md",
}


@pytest.fixture(scope="module")
def rewritten(images, tmp_path_factory, in_process) -> tuple[Path, Report]:
    """The variants of a model of images."""
    output = tmp_path_factory.mktemp("images")
    return output, rewrite(images.source, SETTINGS, "17", output)


def test_the_blessed_variant_is_pushed_with_all_that_an_app_needs(rewritten, tmp_path):
    """The folder of the served version holds these files and no others, whole; once more it stays
    the same."""
    output, report = rewritten
    path = push_blessed(output, report, str(tmp_path / "tflite"))
    assert path == str(tmp_path / "tflite" / "17")
    files = {file.name: file.read_bytes() for file in Path(path).iterdir()}
    assert set(files) == IMAGE_FILES
    assert files["model.tflite"] == (output / report.row(report.blessed).path).read_bytes()
    assert json.loads(files["parity.json"])["blessed"] == report.blessed == "float16"
    assert b"variant `float16`" in files["README.md"]
    assert push_blessed(output, report, str(tmp_path / "tflite")) == path
    assert [each.name for each in (tmp_path / "tflite").iterdir() if each.name != ".lock"] == ["17"]


def test_texts_take_their_vocabulary_along(texts, tmp_path, in_process):
    """Without it an app could not make the model's input."""
    (tmp_path / "output").mkdir()
    settings = dataclasses.replace(SETTINGS, variants=("float32",))
    report = rewrite(texts.source, settings, "17", tmp_path / "output")
    path = push_blessed(tmp_path / "output", report, str(tmp_path / "tflite"))
    assert {file.name for file in Path(path).iterdir()} == IMAGE_FILES | {"vocabulary.txt"}


def test_other_formats_go_along_if_they_keep_to_the_tolerance(rewritten, tmp_path):
    """Each in a folder of its own; one that does not keep to it stays behind."""
    output, report = rewritten
    for name, file in (("onnx", "model.onnx"), ("openvino", "model.xml")):
        (output / "served" / name).mkdir()
        (output / "served" / name / file).write_text(name)
    row = report.row("float32")
    rows = (
        *report.rows,
        dataclasses.replace(row, variant="onnx", path="served/onnx/model.onnx"),
        dataclasses.replace(
            row, variant="openvino", path="served/openvino/model.xml", status="not within"
        ),
    )
    with_others = dataclasses.replace(report, rows=rows)
    path = Path(push_blessed(output, with_others, str(tmp_path / "tflite")))
    assert (path / "onnx" / "model.onnx").read_text() == "onnx"
    assert {file.name for file in path.iterdir()} == IMAGE_FILES | {"onnx"}


def test_nothing_is_pushed_if_nothing_is_blessed(rewritten, tmp_path):
    """The folder of all versions is not even made."""
    output, report = rewritten
    nothing = dataclasses.replace(report, blessed=None)
    assert push_blessed(output, nothing, str(tmp_path / "tflite")) is None
    assert not (tmp_path / "tflite").exists()
