"""Claims about models that the project's own Trainer exports, with its own transform."""

import dataclasses
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from google.protobuf import text_format
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils
from tfx.components.trainer.fn_args_utils import FnArgs

from components.features import LABEL, SOURCE
from components.tflite_rewriter.report import Report
from components.tflite_rewriter.rewrite import Source, rewrite
from components.tflite_rewriter.settings import Settings
from components.trainer.run_fn import run_fn
from components.transform import images, texts
from tests.components.trainer.conftest import TRAINING

pytestmark = pytest.mark.e2e

PHONES = ("float32", "float16", "dynamic_range", "int8")
SETTINGS = Settings(
    examples=60,
    variants=PHONES,
    max_accuracy_drop=0.5,
    min_agreement=0.5,
    memory_bytes=8 * 2**30,
    deadline_seconds=300,
)
PIXELS = {"height": 8, "width": 8, "channels": 1, "keep_aspect": False}
TOKENS = {"length": 8, "vocabulary_size": 40, "keep": "start", "lowercase": True}


@dataclasses.dataclass(frozen=True)
class Data:
    """Examples, a schema and an analysed transform."""

    folder: Path
    kind: str
    features: dict[str, Any]

    def files(self, split: str) -> list[str]:
        return [str(path) for path in (self.folder / split).glob("*.gz")]

    def rewritten(self, output: Path, model: str, options: dict[str, Any], precision: str):
        """Trains a model, and returns the report on its variants."""
        run_fn(
            FnArgs(
                train_files=self.files("train"),
                eval_files=self.files("test"),
                transform_output=str(self.folder / "transform"),
                schema_path=str(self.folder / "schema.pbtxt"),
                serving_model_dir=str(output / "model"),
                model_run_dir=str(output / "run" / "1"),
                custom_config={
                    "model": {"name": model, "options": options},
                    "training": TRAINING
                    | {"epochs": 12, "label_smoothing": 0.0, "precision": precision},
                    "features": self.features,
                    "seed": 1,
                },
            )
        )
        source = Source(
            task="tiny",
            kind=self.kind,
            features=self.features,
            saved_model=str(output / "model"),
            model_run=str(output / "run" / "1"),
            evaluation=self.files("test"),
            training=self.files("train"),
        )
        (output / "variants").mkdir()
        return rewrite(source, SETTINGS, "1", output / "variants")


def make_data(
    folder: Path,
    serialised: Callable[..., bytes],
    preprocessing_fn: Callable[..., Any],
    kind: str,
    features: dict[str, Any],
    values: list[bytes],
    labels: list[str],
) -> Data:
    """Writes what ExampleGen, SchemaGen and Transform would; every fourth example is for test."""
    spec = {key: tf.io.FixedLenFeature([1], tf.string) for key in (kind, LABEL, SOURCE)}
    schema = schema_utils.schema_from_feature_spec(spec)
    domain = next(f for f in schema.feature if f.name == LABEL).string_domain
    domain.value.extend(sorted(set(labels)))
    (folder / "schema.pbtxt").write_text(text_format.MessageToString(schema))
    for split, of_split in (("train", lambda i: i % 4 < 3), ("test", lambda i: i % 4 == 3)):
        (folder / split).mkdir()
        path = str(folder / split / "data_tfrecord-00000-of-00001.gz")
        with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions("GZIP")) as writer:
            for i in filter(of_split, range(len(values))):
                writer.write(serialised({kind: values[i]}, labels[i], f"{labels[i]}/{i}"))
    metadata = dataset_metadata.DatasetMetadata(schema)
    rows = [{kind: [value], LABEL: [b""], SOURCE: [b""]} for value in values]
    with beam.Pipeline() as pipeline, tft_beam.Context(temp_dir=str(folder / "temporary")):
        configured = partial(preprocessing_fn, custom_config={"features": features})
        transform = (pipeline | beam.Create(rows), metadata) | tft_beam.AnalyzeDataset(configured)
        transform | tft_beam.WriteTransformFn(str(folder / "transform"))
    metadata_io.write_metadata(metadata, str(folder / "transform" / "metadata"))
    return Data(folder, kind, features)


@pytest.fixture(scope="module")
def digits(tmp_path_factory, serialised) -> Data:
    """240 handwritten digits as PNG files."""
    digits = load_digits()
    values = []
    for pixels in digits.images[:240]:
        buffer = io.BytesIO()
        Image.fromarray((pixels * 15).astype(np.uint8)).save(buffer, "PNG")
        values.append(buffer.getvalue())
    labels = [str(digit) for digit in digits.target[:240]]
    folder = tmp_path_factory.mktemp("digits")
    return make_data(folder, serialised, images.preprocessing_fn, "image", PIXELS, values, labels)


@pytest.fixture(scope="module")
def sentences(tmp_path_factory, serialised) -> Data:
    """120 sentences of two kinds."""
    subjects = ["the cat", "a dog", "my friend", "the teacher", "no one"]
    endings = {"food": ["eats bread.", "cooks soup.", "bakes a cake!"], "sport": ["runs home."]}
    pairs = [(f"{s} {e}", kind) for kind in endings for s in subjects for e in endings[kind]]
    values = [text.encode() for text, _ in 6 * pairs]
    labels = [kind for _, kind in 6 * pairs]
    folder = tmp_path_factory.mktemp("sentences")
    return make_data(folder, serialised, texts.preprocessing_fn, "text", TOKENS, values, labels)


def assert_chain_holds(report: Report) -> None:
    """From Keras to float32 the same answers: half precision may have trained the weights, but it
    is left behind in the export."""
    for name in ("keras", "saved_model", "float32"):
        comparison = report.row(name).comparison
        assert comparison.agreement == 1.0, name
        assert comparison.max_difference < 1e-4, name


@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_a_residual_network_yields_all_variants(digits, tmp_path, precision):
    """Whatever the number format that it was trained in, no variant fails, answers otherwise, or
    needs operations that phones lack; attention, as the largest one has it, included: as integers
    it once clipped the maps that it weighs."""
    options = {"width": 8, "depth": 2, "attention": True}
    report = digits.rewritten(tmp_path, "residual_cnn", options, precision)
    assert_chain_holds(report)
    for name in PHONES:
        row = report.row(name)
        assert row.status != "failed", row.reason
        assert row.comparison.agreement > 0.9
        assert b"Flex" not in (tmp_path / "variants" / row.path).read_bytes()


@pytest.mark.parametrize("model", ["text_cnn", "text_attention"])
def test_a_text_model_without_recurrence_yields_all_variants(sentences, tmp_path, model):
    """Token ids stay whole numbers; what int8 quantises is the look-up and what follows."""
    report = sentences.rewritten(tmp_path, model, {}, "float32")
    assert_chain_holds(report)
    for name in PHONES:
        assert report.row(name).status != "failed", report.row(name).reason


def test_integers_of_a_recurrent_network_are_a_row_with_a_reason(sentences, tmp_path):
    """The converter crashes on them; the other variants are there."""
    options = {"embedding": 8, "units": 4, "pairs": 20}
    report = sentences.rewritten(tmp_path, "bilstm", options, "float32")
    assert_chain_holds(report)
    assert report.row("int8").status == "failed"
    assert report.row("int8").reason.startswith("conversion: aborted by SIGSEGV")
    assert report.row("dynamic_range").comparison.agreement > 0.9
