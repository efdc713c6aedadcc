"""Tiny models in the form that the Trainer exports, and examples for them. Nothing is trained.

The transforms are the project's own functions, with moments and a vocabulary that are given
instead of analysed, which takes Beam seconds.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components import keras_model
from components.features import IMAGE, LABEL, SOURCE, TEXT
from components.tflite_rewriter import make_variant, run_jobs, time_variants
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.rewrite import Source
from components.token_ids import PADDING, RESERVED, TOKEN_IDS, UNKNOWN, VOCABULARY
from components.transform import images as image_transform
from components.transform import texts as text_transform

WORDS = [f"word{i}" for i in range(40)]
PIXELS = {"height": 8, "width": 8, "channels": 3, "keep_aspect": False}
TOKENS = {"length": 12, "keep": "both_ends", "vocabulary_size": 50, "lowercase": True}
MEANS = (0.5, 0.4, 0.3)
DEVIATIONS = (0.2, 0.25, 0.3)


@dataclass(frozen=True)
class Exported:
    """A SavedModel, `model.keras`, and the examples to measure them on."""

    folder: Path
    kind: str
    features: dict[str, Any]
    classes: list[str]
    raw: list[bytes]
    """Serialized evaluation examples in the order in which they were written."""

    @property
    def saved_model(self) -> str:
        return str(self.folder / "model" / "Format-Serving")

    @property
    def source(self) -> Source:
        return Source(
            task="tiny",
            kind=self.kind,
            features=self.features,
            saved_model=self.saved_model,
            model_run=str(self.folder / "run"),
            evaluation=self.files("test"),
            training=self.files("train"),
        )

    def files(self, split: str) -> list[str]:
        return sorted(str(path) for path in (self.folder / f"Split-{split}").glob("*.gz"))


def image_network(channels: int, filters: int, classes: int) -> keras.Model:
    keras.utils.set_random_seed(filters)
    return keras.Sequential(
        [
            keras.Input((8, 8, channels), name="image"),
            keras.layers.Conv2D(filters, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


def export_images(folder: Path, filters: int = 16, **features: Any) -> Exported:
    """Exports a convolutional network with random weights, and 40 PNG files of 8 × 8 pixels."""
    features = PIXELS | features
    channels = features["channels"]
    network = image_network(channels, filters, 3)
    means, deviations = np.array(MEANS[:channels]), np.array(DEVIATIONS[:channels])
    moments = tf.constant(np.concatenate([means, deviations**2 + means**2]))

    def transform(files: tf.Tensor) -> tf.Tensor:
        return image_transform.standardise(image_transform.read(files, **features), moments)

    random = np.random.default_rng(1)
    classes = ["cat", "dog", "owl"]

    def draw(i: int) -> bytes:
        png = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(png, "PNG")
        label = classes[i % 3]
        return example({IMAGE: png.getvalue()}, label, f"{label}/{i}.png")

    spec = tf.TensorSpec([None, 8, 8, channels], tf.float32, name="image")
    archive = keras.export.ExportArchive()
    export(folder, archive, network, transform, IMAGE, IMAGE, spec, classes)
    return write_examples(folder, "image", features, classes, draw, 40)


def export_texts(folder: Path, **features: Any) -> Exported:
    """Exports an embedding and a convolution with random weights, and 30 texts of a few words."""
    features = TOKENS | features
    keras.utils.set_random_seed(2)
    network = keras.Sequential(
        [
            keras.Input((12,), dtype="int32", name="token_ids"),
            keras.layers.Embedding(50, 8, embeddings_initializer="random_normal"),
            keras.layers.Conv1D(8, 3, activation="relu"),
            keras.layers.GlobalMaxPooling1D(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    known = [*WORDS[:30], "e\u0301te\u0301", "東", "!", "안녕", "fi", "σας", "i\u0307", "한국어"]
    (folder / VOCABULARY).write_text("".join(f"{word}\n" for word in known))
    table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            str(folder / VOCABULARY),
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        ),
        UNKNOWN - RESERVED,
    )

    def transform(texts: tf.Tensor) -> tf.Tensor:
        tokens = text_transform.tokenise(texts, lowercase=features["lowercase"])
        tokens = text_transform.cut(tokens, features["length"], features["keep"])
        return text_transform.pad(table[tokens] + RESERVED, features["length"])

    random = np.random.default_rng(2)
    classes = ["bad", "good"]

    def draw(i: int) -> bytes:
        text = " ".join(random.choice(WORDS, random.integers(3, 20)))
        return example({TEXT: text.encode()}, classes[i % 2], f"table.csv:{i}")

    spec = tf.TensorSpec([None, 12], tf.int32, name="token_ids")
    archive = keras.export.ExportArchive()
    archive.track(table)
    export(folder, archive, network, transform, TEXT, TOKEN_IDS, spec, classes)
    assert PADDING == 0
    return write_examples(folder, "text", features, classes, draw, 30)


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A classifier of coloured images into three classes."""
    return export_images(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def student_images(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A smaller network for the same images."""
    return export_images(tmp_path_factory.mktemp("student"), filters=4)


@pytest.fixture(scope="session")
def grey_images(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A classifier of grey images that keep their shape."""
    folder = tmp_path_factory.mktemp("grey")
    return export_images(folder, channels=1, keep_aspect=True)


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A classifier of texts into two classes."""
    return export_texts(tmp_path_factory.mktemp("texts"))


def export(
    folder: Path,
    archive: keras.export.ExportArchive,
    network: keras.Model,
    transform: Callable[[tf.Tensor], tf.Tensor],
    raw: str,
    feature: str,
    spec: tf.TensorSpec,
    classes: Sequence[str],
) -> None:
    """Writes a SavedModel with the signatures of the Trainer's, and `model.keras`."""

    def parsed(examples: tf.Tensor) -> tf.Tensor:
        return tf.io.parse_example(examples, {raw: tf.io.FixedLenFeature([], tf.string)})[raw]

    serialized = [tf.TensorSpec([None], tf.string, name="examples")]
    values = [tf.TensorSpec([None], tf.string, name="image_bytes" if raw == IMAGE else "text")]
    archive.track(network)
    archive.add_endpoint("predict", lambda v: {"probabilities": network(transform(v))}, values)
    archive.add_endpoint(
        "transform_features", lambda e: {feature: transform(parsed(e))}, serialized
    )
    archive.add_endpoint("tflite", lambda tensor: {"probabilities": network(tensor)}, [spec])
    saved_model = folder / "model" / "Format-Serving"
    archive.write_out(saved_model, verbose=False)
    (saved_model / "assets.extra").mkdir()
    (saved_model / "assets.extra" / "labels.txt").write_text("\n".join(classes) + "\n")
    (folder / "run").mkdir()
    keras_model.write(network, str(folder / "run"))


def write_examples(
    folder: Path,
    kind: str,
    features: dict[str, Any],
    classes: list[str],
    draw: Callable[[int], bytes],
    count: int,
) -> Exported:
    """Writes each split in two gzipped files, as Beam writes shards."""
    drawn = {split: [draw(i) for i in range(count)] for split in ("test", "train")}
    for split, examples in drawn.items():
        (folder / f"Split-{split}").mkdir()
        for shard in range(2):
            path = folder / f"Split-{split}" / f"data_tfrecord-0000{shard}-of-00002.gz"
            with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions("GZIP")) as writer:
                for record in examples[shard::2]:
                    writer.write(record)
    return Exported(folder, kind, features, classes, drawn["test"])


def example(features: dict[str, bytes], label: str, source: str) -> bytes:
    values = features | {LABEL: label.encode(), SOURCE: source.encode()}
    feature = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for name, value in values.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


@pytest.fixture(scope="session")
def serialised() -> Callable[[dict[str, bytes], str, str], bytes]:
    """Returns a function from features, label and source to a serialized `tf.Example`."""
    return example


@pytest.fixture(scope="module")
def in_process():
    """Runs jobs here, which takes each a second less than a process of its own."""

    def run(module: str, arguments: Sequence[str], **limits: float) -> None:
        jobs = [Job.read(path) for path in arguments]
        if module == time_variants.__name__:
            time_variants.time_variants(jobs)
        else:
            make_variant.make_variant(*jobs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_jobs, "run_limited", run)
        patch.setattr("components.tflite_rewriter.latency.EXAMPLES", 10)
        yield
