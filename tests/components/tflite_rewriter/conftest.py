"""Tiny models in the form that the Trainer exports, and examples for them. Nothing is trained."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.features import IMAGE, LABEL, SOURCE, TEXT

WORDS = [f"word{i}" for i in range(40)]


@dataclass(frozen=True)
class Exported:
    """A SavedModel and the examples to measure it on."""

    saved_model: str
    classes: list[str]
    raw: list[bytes]
    """Serialized tf.Examples in the order in which they were written."""
    record_files: list[str]


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A convolutional network with random weights on 8 by 8 grey PNG files, three classes."""
    folder = tmp_path_factory.mktemp("images")
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )

    def transform(examples: tf.Tensor) -> tf.Tensor:
        parsed = tf.io.parse_example(examples, {IMAGE: tf.io.FixedLenFeature([], tf.string)})

        def decode(png: tf.Tensor) -> tf.Tensor:
            return tf.cast(tf.io.decode_png(png, 1), tf.float32) / 64.0 - 2.0

        spec = tf.TensorSpec([8, 8, 1], tf.float32)
        return tf.ensure_shape(
            tf.map_fn(decode, parsed[IMAGE], fn_output_signature=spec), [None, 8, 8, 1]
        )

    random = np.random.default_rng(1)
    classes = ["cat", "dog", "owl"]
    raw = []
    for i in range(40):
        png = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (8, 8), dtype=np.uint8)).save(png, "PNG")
        raw.append(example({IMAGE: png.getvalue()}, classes[i % 3], f"{classes[i % 3]}/{i}.png"))
    saved_model = export(folder, network, transform, "image", [None, 8, 8, 1], tf.float32, classes)
    return Exported(saved_model, classes, raw, write_records(folder / "Split-test", raw))


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """An embedding and a convolution with random weights on 12 token ids, two classes."""
    folder = tmp_path_factory.mktemp("texts")
    keras.utils.set_random_seed(2)
    network = keras.Sequential(
        [
            keras.Input((12,), dtype="int64"),
            keras.layers.Embedding(50, 8, embeddings_initializer="random_normal"),
            keras.layers.Conv1D(8, 3, activation="relu"),
            keras.layers.GlobalMaxPooling1D(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )

    def transform(examples: tf.Tensor) -> tf.Tensor:
        parsed = tf.io.parse_example(examples, {TEXT: tf.io.FixedLenFeature([], tf.string)})
        ids = tf.strings.to_hash_bucket_fast(tf.strings.split(parsed[TEXT]), 49) + 1
        return ids.to_tensor(0, shape=[None, 12])

    random = np.random.default_rng(2)
    classes = ["bad", "good"]
    raw = []
    for i in range(30):
        text = " ".join(random.choice(WORDS, random.integers(3, 20)))
        raw.append(example({TEXT: text.encode()}, classes[i % 2], f"table.csv:{i}"))
    saved_model = export(folder, network, transform, "token_ids", [None, 12], tf.int64, classes)
    return Exported(saved_model, classes, raw, write_records(folder / "Split-eval", raw))


def export(
    folder: Path,
    network: keras.Model,
    transform: Callable[[tf.Tensor], tf.Tensor],
    feature: str,
    shape: list[int | None],
    dtype: tf.DType,
    classes: list[str],
) -> str:
    names = tf.constant(classes)

    def serving_default(examples):
        probabilities = network(transform(examples))
        rows = tf.shape(probabilities)[0]
        return {
            "probabilities": probabilities,
            "all_classes": tf.tile(names[tf.newaxis], [rows, 1]),
        }

    serialized = [tf.TensorSpec([None], tf.string, name="examples")]
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serving_default", serving_default, serialized)
    archive.add_endpoint(
        "transform_features", lambda examples: {feature: transform(examples)}, serialized
    )
    archive.add_endpoint(
        "tflite",
        lambda tensor: {"probabilities": network(tensor)},
        [tf.TensorSpec(shape, dtype, name=feature)],
    )
    saved_model = folder / "model" / "Format-Serving"
    archive.write_out(saved_model, verbose=False)
    (saved_model / "assets.extra").mkdir()
    (saved_model / "assets.extra" / "labels.txt").write_text("\n".join(classes) + "\n")
    return str(saved_model)


def example(features: dict[str, bytes], label: str, source: str) -> bytes:
    values = features | {LABEL: label.encode(), SOURCE: source.encode()}
    feature = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for name, value in values.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


def write_records(folder: Path, raw: list[bytes]) -> list[str]:
    """Writes two gzipped files, as Beam writes shards."""
    folder.mkdir()
    paths = [str(folder / f"data_tfrecord-0000{i}-of-00002.gz") for i in range(2)]
    for shard, path in enumerate(paths):
        with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions("GZIP")) as writer:
            for record in raw[shard::2]:
                writer.write(record)
    return paths
