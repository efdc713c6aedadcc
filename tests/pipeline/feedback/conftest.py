"""Pictures, models that look at them, and rounds of labelling."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from pipeline.feedback.contents import id_of
from pipeline.feedback.round import Item, begin


def grey(level, seed=0):
    """Returns the file of an image of a little noise around a level, 0 to 255."""
    noise = np.random.default_rng(seed).normal(0, 2, (8, 8))
    file = io.BytesIO()
    Image.fromarray(np.clip(level + noise, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


class Lightness(tf.Module):
    """Tells dark images from light ones, at a threshold, and from others by nothing."""

    def __init__(self, threshold, classes=2):
        super().__init__()
        self.threshold = tf.Variable(threshold, dtype=tf.float32)
        self.classes = classes

    def look(self, examples):
        spec = {"image": tf.io.FixedLenFeature([], tf.string)}

        def lightness(file):
            pixels = tf.io.decode_image(file, channels=1, expand_animations=False)
            return tf.reduce_mean(tf.cast(pixels, tf.float32)) / 255

        files = tf.io.parse_example(examples, spec)["image"]
        light = tf.map_fn(lightness, files, fn_output_signature=tf.float32)
        logits = 12 * (light - self.threshold)
        rest = [tf.fill(tf.shape(light), -9.0)] * (self.classes - 2)
        return light, tf.nn.softmax(tf.stack([-logits, logits, *rest], axis=1))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")])
    def serving_default(self, examples):
        return {"probabilities": self.look(examples)[1]}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")])
    def embed(self, examples):
        light, probabilities = self.look(examples)
        return {"embedding": tf.stack([light, light**2], axis=1), "probabilities": probabilities}


def write_model(folder, threshold=0.5, classes=("dark", "light"), embeds=True):
    """Writes a model whose classes are dark, light, and perhaps others."""
    model = Lightness(threshold, len(classes))
    signatures = {name: getattr(model, name) for name in ("serving_default", "embed")[: 1 + embeds]}
    tf.saved_model.save(model, str(folder), signatures=signatures)
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra/labels.txt").write_text("".join(f"{name}\n" for name in classes))


def example(content, kind="image"):
    """Returns a serialized tf.Example."""
    made = tf.train.Example()
    made.features.feature[kind].bytes_list.value.append(content)
    made.features.feature["source"].bytes_list.value.append(b"the app")
    return made.SerializeToString()


@pytest.fixture
def make_round(tmp_path):
    """Returns a function that begins a round with given contents."""

    def make(contents, kind="image", classes=("dark", "light"), home=tmp_path / "feedback"):
        suffix = ".png" if kind == "image" else ".txt"
        items = [
            Item(
                id=(found := id_of(content, kind)),
                file=f"{found}{suffix}",
                why="uncertain",
                reason="Next likeliest: light, 40%.",
                guess="dark",
                probability=0.6,
                source="the app",
            )
            for content in contents
        ]
        return begin(home, kind, classes, list(zip(items, contents, strict=True)))

    return make
