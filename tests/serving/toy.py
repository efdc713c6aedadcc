"""Writes models that are small, load at once, and have something of everything to serve.

    .venv/bin/python -m tests.serving.toy FOLDER [BASE]

writes two versions of the model `toy` into FOLDER, and a `models.config` with labels for them.
BASE is what the folder is called where the server runs, as in a container.
"""

import io
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

CLASSES = ("dark", "light", "grey")
NAME = "toy"


class Toy(tf.Module):
    """Tells light images from dark ones; `version` shifts the probabilities."""

    def __init__(self, version):
        super().__init__()
        self.shift = tf.Variable([0.0, 0.0, float(version)], name="shift")

    def probabilities(self, files):
        def lightness(file):
            pixels = tf.io.decode_image(file, channels=3, expand_animations=False)
            return tf.reduce_mean(tf.cast(pixels, tf.float32)) / 255.0

        light = tf.map_fn(lightness, files, fn_output_signature=tf.float32)
        return tf.nn.softmax(tf.stack([1 - light, light, light * 0], axis=1) * 4.0 + self.shift)

    def classes(self, count):
        return tf.tile(tf.constant([CLASSES]), [count, 1])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])
    def predict(self, image_bytes):
        found = self.probabilities(image_bytes)
        return {
            "label": tf.gather(CLASSES, tf.argmax(found, axis=1)),
            "probability": tf.reduce_max(found, axis=1),
            "classes": self.classes(tf.shape(found)[0]),
            "probabilities": found,
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")])
    def serving_default(self, examples):
        found = self.probabilities(self.images(examples))
        return {"probabilities": found, "all_classes": self.classes(tf.shape(found)[0])}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "inputs")])
    def classify(self, inputs):
        found = self.probabilities(self.images(inputs))
        return {"scores": found, "classes": self.classes(tf.shape(found)[0])}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "inputs")])
    def regress(self, inputs):
        return {"outputs": self.probabilities(self.images(inputs))[:, 1]}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, "text"),
            tf.TensorSpec([None, 2], tf.float32, "numbers"),
            tf.TensorSpec([None], tf.int64, "count"),
            tf.TensorSpec([None], tf.bool, "flag"),
        ]
    )
    def echo(self, text, numbers, count, flag):
        return {
            "text": text,
            "text_bytes": text,
            "numbers": numbers,
            "count": count,
            "flag": flag,
        }

    @tf.function(input_signature=[tf.TensorSpec([1, 3], tf.float32, "values")])
    def alone(self, values):
        return {"total": tf.reduce_sum(values, axis=1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "seconds")])
    def slow(self, seconds):
        """Takes as long as it is told, and answers with that."""
        end = tf.timestamp() + tf.cast(tf.reduce_max(seconds), tf.float64)
        step = tf.timestamp
        (now,) = tf.while_loop(lambda now: now < end, lambda now: [step()], [step()])
        return {"seconds": seconds + 0 * tf.cast(now, tf.float32)}

    @staticmethod
    def images(examples):
        spec = {"image": tf.io.FixedLenFeature([], tf.string)}
        return tf.io.parse_example(examples, spec)["image"]


SIGNATURES = ("serving_default", "predict", "classify", "regress", "echo", "alone", "slow")


def write(folder, version):
    """Writes a version, whole or not at all, and returns its folder."""
    toy = Toy(version)
    partial = Path(folder, f".partial-{version}")
    signatures = {name: getattr(toy, name) for name in SIGNATURES}
    tf.saved_model.save(toy, str(partial), signatures=signatures)
    target = Path(folder, str(version))
    os.replace(partial, target)
    return target


def config(base_path, policy="all {}", **labels):
    """Returns a models.config."""
    pointing = "".join(
        f'    version_labels {{ key: "{label}" value: {version} }}\n'
        for label, version in labels.items()
    )
    return (
        "model_config_list {\n  config {\n"
        f'    name: "{NAME}"\n    base_path: "{base_path}"\n    model_platform: "tensorflow"\n'
        f"    model_version_policy {{ {policy} }}\n{pointing}  }}\n}}\n"
    )


def image(lightness=255, size=(8, 8), kind="PNG"):
    """Returns the file of an even grey image."""
    file = io.BytesIO()
    Image.new("RGB", size, (lightness,) * 3).save(file, kind)
    return file.getvalue()


def example(file):
    """Returns a serialized tf.Example of an image."""
    feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[file]))
    return tf.train.Example(features=tf.train.Features(feature={"image": feature}))


def probabilities(folder, files):
    """Returns what the SavedModel itself says: float32 [n, 3]."""
    signature = tf.saved_model.load(str(folder)).signatures["predict"]
    return signature(image_bytes=tf.constant(np.array(files, object)))["probabilities"].numpy()


def main(folder, base=None):
    """Writes the models, and their config."""
    versions = Path(folder, NAME)
    versions.mkdir(parents=True)
    for version in (1, 2):
        write(versions, version)
    text = config(base or versions.absolute(), stable=1, canary=2)
    Path(folder, "models.config").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
