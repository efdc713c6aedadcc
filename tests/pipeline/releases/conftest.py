"""A task with versions that load at once, a server of them, and what is in service."""

import json
import shutil
from functools import cached_property

import pytest
import tensorflow as tf

from components.artifact_names import EVALUATION_REPORT
from components.infra_validator.requests import warm_up_requests, write_warm_up
from pipeline.releases.change_log import LOG, read
from pipeline.releases.models_config import read_release_of
from pipeline.serving_config.release import models_config
from pipeline.serving_config.render import folder_of
from tests.serving.in_process import running

CLASSES = ("short", "long")
TEXTS = ("a film", "what a long and winding film that was", "fine", "two hours too long, and dull")
NOBODY = "http://127.0.0.1:9"
"""Nothing listens there."""


class Lengths(tf.Module):
    """Tells long texts from short ones; `shift` moves the probabilities, `delay` takes seconds."""

    def __init__(self, shift, delay):
        super().__init__()
        self.shift, self.delay = tf.Variable(float(shift)), delay

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def predict(self, text):
        end = tf.timestamp() + self.delay
        tf.while_loop(lambda now: now < end, lambda now: [tf.timestamp()], [tf.timestamp()])
        size = tf.cast(tf.strings.length(text), tf.float32) / 20
        found = tf.nn.softmax(tf.stack([self.shift + 0 * size, size], axis=1))
        return {
            "label": tf.gather(CLASSES, tf.argmax(found, axis=1)),
            "probability": tf.reduce_max(found, axis=1),
            "classes": tf.tile(tf.constant([CLASSES]), [tf.shape(found)[0], 1]),
            "probabilities": found,
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")])
    def serving_default(self, examples):
        spec = {"text": tf.io.FixedLenFeature([], tf.string)}
        return {
            "probabilities": self.predict(tf.io.parse_example(examples, spec)["text"])[
                "probabilities"
            ]
        }


def example(text):
    feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()]))
    features = tf.train.Features(feature={"text": feature})
    return tf.train.Example(features=features).SerializeToString()


EXAMPLES = [example(text) for text in TEXTS]


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Returns a function that gives a SavedModel, written once; not to be changed."""
    folder = tmp_path_factory.mktemp("models")

    def model(shift=0, delay=0.0):
        path = folder / f"{shift}-{delay}"
        if not path.exists():
            module = Lengths(shift, delay)
            signatures = {name: getattr(module, name) for name in ("predict", "serving_default")}
            tf.saved_model.save(module, str(path), signatures=signatures)
        return path

    return model


class Shop:
    """The task `reviews`, its past, and what is in service."""

    def __init__(self, task, past, models):
        self.task, self.home, self._past, self._models = task, past.home, past, models
        self.folder = folder_of(past.home)

    @cached_property
    def examples(self):
        return self._past.examples(span=4, test=EXAMPLES)

    @property
    def config(self):
        return self.folder / "models.config"

    @property
    def release(self):
        return read_release_of(self.home)

    @property
    def log(self):
        return read(self.folder / LOG)

    def push(self, *versions, warm=False, known=True, **fields):
        """Pushes versions, each a model of its own unless `shift` says which.

        Args:
          versions: numbers.
          warm: whether they bring warm-up requests.
          known: whether ML Metadata knows of the runs, and there are copies.
          fields: of the model.
        """
        for version in versions:
            target = self.home.serving / str(version)
            shutil.copytree(self._models(**({"shift": version} | fields)), target)
            if warm:
                write_warm_up(warm_up_requests("reviews", EXAMPLES, 2), target)
            if known:
                self.record(version, target)

    def record(self, version, folder):
        """Lets ML Metadata know that a version was pushed, and archived as a folder has it."""
        archive = self.home.artifacts / "Pusher" / str(version)
        shutil.copytree(folder, archive)
        model = self._past.made("Model", inputs={"examples": [self.examples]})
        made_from = {"model": [model]}
        self._past.made("PushedModel", archive, inputs=made_from, pushed_version=str(version))
        report = self.home.artifacts / "ModelGate" / str(version)
        report.mkdir(parents=True)
        decision = {"overall": {"accuracy": {"value": 0.9 + version / 1000}}}
        (report / "gate.json").write_text(json.dumps({"decision": decision}))
        (report / "index.html").touch()
        self._past.made(EVALUATION_REPORT, report, inputs=made_from, verdict="blessed")

    def serve(self, release):
        """Says what is in service."""
        self.folder.mkdir(exist_ok=True)
        self.config.write_text(models_config("reviews", str(self.home.serving), release))

    def running(self):
        """Serves it, in this process."""
        return running(self.config)

    def everything(self):
        """Returns the files that a change may touch, and their content."""
        return {path.name: path.read_text() for path in self.folder.iterdir() if path.is_file()}


@pytest.fixture
def shop(text_task, past, models):
    """The task `reviews` with nothing pushed."""
    return Shop(text_task, past("reviews"), models)
