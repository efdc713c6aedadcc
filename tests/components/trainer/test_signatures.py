"""The export answers raw data in a process that knows nothing of this project."""

import importlib
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.trainer import signatures
from components.trainer.input_data import raw_feature
from components.trainer.models import load

pytestmark = pytest.mark.training

OPTIONS = {
    "residual_cnn": {"width": 4},
    "text_cnn": {"embedding": 8, "pairs": 50, "filters": 4},
    "bilstm": {"embedding": 8, "units": 4, "pairs": 20},
}
ANSWER = """
import pickle, sys
import tensorflow as tf

def answer(folder, questions):
    model = tf.saved_model.load(folder)
    for signature, inputs in questions.items():
        inputs = {name: tf.constant(values) for name, values in inputs.items()}
        yield signature, {k: v.numpy() for k, v in model.signatures[signature](**inputs).items()}

asked = pickle.load(sys.stdin.buffer)
answers = {folder: dict(answer(folder, questions)) for folder, questions in asked.items()}
sys.stdout.buffer.write(pickle.dumps(answers))
"""
CONVERT = """
import pickle, resource, sys
import tensorflow as tf

resource.setrlimit(resource.RLIMIT_AS, (12_000_000_000, 12_000_000_000))

def probabilities(folder, batches, optimizations):
    converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["tflite"])
    converter.optimizations = optimizations
    model = converter.convert()
    assert b"Flex" not in model
    run = tf.lite.Interpreter(model_content=model).get_signature_runner("tflite")
    return [run(**inputs)["probabilities"] for inputs in batches]

answers = {
    folder: (
        probabilities(folder, batches, []),
        probabilities(folder, batches, [tf.lite.Optimize.DEFAULT]),
    )
    for folder, batches in pickle.load(sys.stdin.buffer).items()
}
sys.stdout.buffer.write(pickle.dumps(answers))
"""


def serialise(features: dict[str, bytes]) -> bytes:
    values = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for name, value in features.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


def build(name: str, data) -> keras.Model:
    """Returns a small untrained model with normalisation statistics that matter."""
    keras.utils.set_random_seed(1)
    classes = len(data.classes)
    if name == "residual_cnn":
        model = load(name)((8, 8, 1), classes, **OPTIONS[name])
    else:
        model = load(name)(8, 40, classes, **OPTIONS[name])
    random = np.random.default_rng(1)
    model.set_weights([w + 0.1 * random.random(w.shape, np.float32) for w in model.get_weights()])
    return model


class Exported:
    """A model in memory, its inputs and answers, and its export."""

    def __init__(self, name: str, data, folder: Path) -> None:
        self.data = data
        self.folder = str(folder / "export")
        self.values = data.values[:12]
        self.raw = raw_feature(data.transform)
        model = build(name, data)
        signatures.export(model, data.transform, data.classes, self.folder)
        layer = data.transform.transform_features_layer()
        ((self.feature, features),) = layer({self.raw: tf.constant(self.values)[:, None]}).items()
        self.features = features.numpy()
        self.probabilities = model(self.features).numpy()
        self.model = model

    @property
    def phone_input(self) -> tf.TensorSpec:
        signature = tf.saved_model.load(self.folder).signatures["tflite"]
        return signature.structured_input_signature[1][self.feature]


@pytest.fixture(scope="module")
def exports(digits, sentences, tmp_path_factory) -> dict[str, Exported]:
    data = {name: digits if name == "residual_cnn" else sentences for name in OPTIONS}
    return {name: Exported(name, data[name], tmp_path_factory.mktemp(name)) for name in OPTIONS}


@pytest.fixture(params=OPTIONS)
def exported(request, exports) -> Exported:
    return exports[request.param]


def in_clean_process(script: str, questions: dict[str, Any], folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(questions),
        capture_output=True,
        timeout=300,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return pickle.loads(done.stdout)


@pytest.fixture(scope="module")
def answers(exports, tmp_path_factory) -> dict[str, Any]:
    questions = {}
    for export in exports.values():
        field = "image_bytes" if export.raw == "image" else "text"
        # As a client sends them: no label, no source, no quality features.
        examples = [serialise({export.raw: value}) for value in export.values]
        questions[export.folder] = {
            "predict": {field: export.values},
            "serving_default": {"examples": examples},
            "transform_features": {"examples": examples},
            "embed": {"examples": examples},
        }
    return in_clean_process(ANSWER, questions, tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def phone_answers(exports, tmp_path_factory) -> dict[str, Any]:
    questions = {}
    for export in exports.values():
        spec = export.phone_input
        inputs = export.features.astype(spec.dtype.as_numpy_dtype)
        size = spec.shape[0] or 3
        batches = [{export.feature: inputs[i : i + size]} for i in range(0, 12, size)]
        questions[export.folder] = batches
    return in_clean_process(CONVERT, questions, tmp_path_factory.mktemp("elsewhere"))


def test_a_clean_process_answers_as_the_model_in_memory(exported, answers):
    predicted = answers[exported.folder]["predict"]
    served = answers[exported.folder]["serving_default"]
    expected = exported.probabilities
    np.testing.assert_allclose(predicted["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(served["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(predicted["probability"], expected.max(axis=1), atol=1e-5)
    names = np.array([name.encode() for name in exported.data.classes])
    np.testing.assert_array_equal(predicted["label"], names[expected.argmax(axis=1)])
    np.testing.assert_array_equal(predicted["classes"], np.tile(names, (12, 1)))
    np.testing.assert_array_equal(served["all_classes"], np.tile(names, (12, 1)))


def test_transform_features_gives_what_the_model_sees(exported, answers):
    (features,) = answers[exported.folder]["transform_features"].values()
    np.testing.assert_allclose(features, exported.features, atol=1e-5)


def test_an_embedding_is_what_the_heads_turn_into_probabilities(exported, answers):
    answer = answers[exported.folder]["embed"]
    heads = [layer for layer in exported.model.layers if layer.name.startswith("head")]
    kernel, bias = np.concatenate([h.kernel for h in heads]), sum(np.array(h.bias) for h in heads)
    scores = answer["embedding"] @ kernel + bias
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    softmax = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax, exported.probabilities, atol=1e-5)
    np.testing.assert_allclose(answer["probabilities"], exported.probabilities, atol=1e-5)


def test_tflite_converts_without_flex_and_agrees(exported, phone_answers):
    single, dynamic_range = map(np.concatenate, phone_answers[exported.folder])
    np.testing.assert_allclose(single, exported.probabilities, atol=1e-5)
    np.testing.assert_allclose(dynamic_range, exported.probabilities, atol=0.05)


def test_tokens_go_to_the_phone_in_32_bits(exported):
    assert exported.phone_input.dtype == (tf.float32 if exported.raw == "image" else tf.int32)


def test_the_labels_lie_beside_the_model_in_the_order_of_its_outputs(exported):
    labels = Path(exported.folder, "assets.extra", "labels.txt").read_text().splitlines()
    assert labels == exported.data.classes


def test_an_interrupted_export_is_not_taken_for_a_whole_one(sentences, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    target = tmp_path / "export"
    model = build("bilstm", sentences)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(tf.io.gfile, "rename", interrupt)
        signatures.export(model, sentences.transform, sentences.classes, str(target))
    assert not target.exists()
    signatures.export(model, sentences.transform, sentences.classes, str(target))
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_an_export_made_on_a_gpu_needs_no_cudnn(sentences, tmp_path, monkeypatch):
    rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")
    monkeypatch.setattr(rnn, "_is_gpu_available", lambda: True)
    model = build("bilstm", sentences)
    spec = tf.TensorSpec([None, 8], tf.int32)
    traced = tf.function(lambda ids: model(ids)).get_concrete_function(spec)
    assert "CudnnRNN" in str(traced.graph.as_graph_def())

    signatures.export(model, sentences.transform, sentences.classes, str(tmp_path / "export"))
    assert b"CudnnRNN" not in (tmp_path / "export" / "saved_model.pb").read_bytes()
