"""Tiny data as TFX hands them to the Trainer: examples, a schema and an analysed transform."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from google.protobuf import text_format
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils
from tfx.components.trainer.fn_args_utils import FnArgs

from components.features import IMAGE, LABEL, SOURCE, TEXT
from components.trainer.run_fn import run_fn
from components.transform import images, texts

STILL = {
    "flip": False,
    "shift": 0.0,
    "rotation": 0.0,
    "zoom": 0.0,
    "contrast": 0.0,
    "cutout": 0.0,
    "mixup": 0.0,
}
TRAINING = {
    "epochs": 1,
    "steps_per_epoch": None,
    "batch_size": 16,
    "learning_rate": 1e-2,
    "warmup_share": 0.05,
    "optimizer": "adamw",
    "momentum": 0.9,
    "gradient_clip_norm": None,
    "cache_gib": 4.0,
    "ema": None,
    "class_weights": False,
    "weight_decay": 1e-4,
    "label_smoothing": 0.1,
    "patience": None,
    "warm_start": False,
    "freeze_features": False,
    "precision": "float32",
    "augmentation": STILL,
}


@dataclass(frozen=True)
class Data:
    """A folder with `train` and `eval` examples, a schema and a transform; the raw values too."""

    folder: Path
    values: list[bytes]
    labels: list[str]
    classes: list[str]

    @property
    def schema(self) -> str:
        return str(self.folder / "schema.pbtxt")

    @property
    def transform(self) -> tft.TFTransformOutput:
        return tft.TFTransformOutput(str(self.folder / "transform"))

    def files(self, split: str) -> list[str]:
        return [str(self.folder / split / "*")]

    def examples(self, split: str) -> list[bytes]:
        paths = tf.io.gfile.glob(self.files(split))
        return list(tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator())

    def fn_args(
        self, output: Path, name: str, options: dict[str, Any] | None = None, **training: Any
    ) -> FnArgs:
        """Returns what TFX's Trainer would call `run_fn` with."""
        model = {"name": name, "options": options or {}}
        return FnArgs(
            train_files=self.files("train"),
            eval_files=self.files("eval"),
            transform_output=str(self.folder / "transform"),
            schema_path=self.schema,
            serving_model_dir=str(output / "model"),
            model_run_dir=str(output / "run" / "1"),
            custom_config={"model": model, "training": TRAINING | training, "seed": 1},
        )

    def train(
        self, output: Path, name: str, options: dict[str, Any] | None = None, **training: Any
    ) -> Path:
        """Runs `run_fn`; the SavedModel lies in `output/model`, the rest in `output/run/1`."""
        run_fn(self.fn_args(output, name, options, **training))
        return output


def serialise(**features: bytes) -> bytes:
    values = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for name, value in features.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


@pytest.fixture(scope="session")
def write_examples() -> Callable[[Path, str, Sequence[bytes], Sequence[str]], None]:
    """Returns a function that writes one gzipped TFRecord file of raw examples."""

    def write(path: Path, name: str, values: Sequence[bytes], labels: Sequence[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
            for number, (value, label) in enumerate(zip(values, labels, strict=True)):
                source = f"{label}/{number}".encode()
                features = {name: value, LABEL: label.encode(), SOURCE: source}
                writer.write(serialise(**features))

    return write


def make_data(
    folder: Path,
    write,
    name: str,
    preprocessing_fn,
    features: dict[str, Any],
    values: list[bytes],
    labels: list[str],
) -> Data:
    """Writes what ExampleGen, SchemaGen and Transform would; every fourth example is for eval."""
    spec = {key: tf.io.FixedLenFeature([1], tf.string) for key in (name, LABEL, SOURCE)}
    schema = schema_utils.schema_from_feature_spec(spec)
    classes = sorted(set(labels))
    next(f for f in schema.feature if f.name == LABEL).string_domain.value.extend(classes)
    (folder / "schema.pbtxt").write_text(text_format.MessageToString(schema))
    for_eval = np.arange(len(values)) % 4 == 3
    for split, chosen in (("train", ~for_eval), ("eval", for_eval)):
        indices = np.flatnonzero(chosen)
        path = folder / split / "data_tfrecord-00000-of-00001.gz"
        write(path, name, [values[i] for i in indices], [labels[i] for i in indices])

    metadata = dataset_metadata.DatasetMetadata(schema)
    rows = [{name: [value], LABEL: [b""], SOURCE: [b""]} for value in values]
    with beam.Pipeline() as pipeline, tft_beam.Context(temp_dir=str(folder / "temporary")):
        configured = partial(preprocessing_fn, custom_config={"features": features})
        transform = (pipeline | beam.Create(rows), metadata) | tft_beam.AnalyzeDataset(configured)
        transform | tft_beam.WriteTransformFn(str(folder / "transform"))
    metadata_io.write_metadata(metadata, str(folder / "transform" / "metadata"))
    return Data(folder, values, labels, classes)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory, write_examples) -> Data:
    """80 handwritten digits as PNG files."""
    digits = load_digits()
    values = []
    for pixels in digits.images[:80]:
        buffer = io.BytesIO()
        Image.fromarray((pixels * 15).astype(np.uint8)).save(buffer, "PNG")
        values.append(buffer.getvalue())
    features = {"height": 8, "width": 8, "channels": 1, "keep_aspect": False}
    labels = [str(digit) for digit in digits.target[:80]]
    folder = tmp_path_factory.mktemp("digits")
    return make_data(
        folder, write_examples, IMAGE, images.preprocessing_fn, features, values, labels
    )


@pytest.fixture(scope="session")
def sentences(tmp_path_factory: pytest.TempPathFactory, write_examples) -> Data:
    """80 sentences of two kinds; one is empty."""
    subjects = ["the cat", "a dog", "my friend", "the teacher", "no one"]
    endings = {
        "food": ["eats bread.", "cooks soup.", "bakes a cake!", "drinks tea."],
        "sport": ["plays football.", "runs home.", "swims fast!", "kicks a ball."],
    }
    pairs = [(f"{s} {e}", kind) for kind in endings for s in subjects for e in endings[kind]]
    pairs = sorted(2 * pairs)
    values = ["", *(text for text, _ in pairs[1:])]
    features = {"length": 8, "vocabulary_size": 40, "keep": "start", "lowercase": True}
    folder = tmp_path_factory.mktemp("sentences")
    return make_data(
        folder,
        write_examples,
        TEXT,
        texts.preprocessing_fn,
        features,
        [value.encode() for value in values],
        [kind for _, kind in pairs],
    )
