"""The export answers raw data in a process that knows nothing of this project."""

import pickle
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import rnn

from components.trainer import signatures
from components.trainer.input_data import raw_feature
from components.trainer.models import load

OPTIONS = {
    "residual_cnn": {"width": 4},
    "text_cnn": {"embedding": 8, "pairs": 50, "filters": 4},
    "bilstm": {"embedding": 8, "units": 4},
}
ANSWER = """
import pickle, sys
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
answers = {
    name: {
        key: value.numpy()
        for key, value in model.signatures[name](
            **{field: tf.constant(values) for field, values in inputs.items()}
        ).items()
    }
    for name, inputs in pickle.load(sys.stdin.buffer).items()
}
sys.stdout.buffer.write(pickle.dumps(answers))
"""
CONVERT = """
import pickle, resource, sys
import tensorflow as tf

resource.setrlimit(resource.RLIMIT_AS, (12_000_000_000, 12_000_000_000))
batches = pickle.load(sys.stdin.buffer)
answers = []
for optimizations in [], [tf.lite.Optimize.DEFAULT]:
    converter = tf.lite.TFLiteConverter.from_saved_model(sys.argv[1], signature_keys=["tflite"])
    converter.optimizations = optimizations
    model = converter.convert()
    assert b"Flex" not in model
    run = tf.lite.Interpreter(model_content=model).get_signature_runner("tflite")
    answers.append([run(**inputs)["probabilities"] for inputs in batches])
sys.stdout.buffer.write(pickle.dumps(answers))
"""


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


def in_clean_process(script: str, folder, questions) -> object:
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        input=pickle.dumps(questions),
        capture_output=True,
        timeout=300,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return pickle.loads(done.stdout)


class Exported:
    """A model in memory, its transformed inputs, and its export."""

    def __init__(self, name: str, data, folder) -> None:
        self.data = data
        self.model = build(name, data)
        self.folder = folder / "export"
        signatures.export(self.model, data.transform, data.classes, str(self.folder))
        self.values = data.values[:12]
        raw = raw_feature(data.transform)
        layer = data.transform.transform_features_layer()
        ((self.feature, features),) = layer({raw: tf.constant(self.values)[:, None]}).items()
        self.features = features.numpy()
        self.probabilities = self.model(self.features).numpy()


@pytest.fixture(scope="module", params=OPTIONS)
def exported(request, digits, sentences, tmp_path_factory) -> Exported:
    data = digits if request.param == "residual_cnn" else sentences
    return Exported(request.param, data, tmp_path_factory.mktemp(request.param))


def test_a_clean_process_answers_as_the_model_in_memory(exported):
    data = exported.data
    field = "image_bytes" if exported.feature == "image" else "text"
    only_raw_feature = [
        tf.train.Example(
            features=tf.train.Features(
                feature={
                    raw_feature(data.transform): tf.train.Feature(
                        bytes_list=tf.train.BytesList(value=[value])
                    )
                }
            )
        ).SerializeToString()
        for value in exported.values
    ]
    answers = in_clean_process(
        ANSWER,
        exported.folder,
        {
            "predict": {field: exported.values},
            "serving_default": {"examples": only_raw_feature},
            "transform_features": {"examples": only_raw_feature},
        },
    )
    predicted, served = answers["predict"], answers["serving_default"]
    expected = exported.probabilities
    np.testing.assert_allclose(predicted["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(served["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(predicted["probability"], expected.max(axis=1), atol=1e-5)
    names = np.array([name.encode() for name in data.classes])
    np.testing.assert_array_equal(predicted["label"], names[expected.argmax(axis=1)])
    np.testing.assert_array_equal(predicted["classes"], np.tile(names, (12, 1)))
    np.testing.assert_array_equal(served["all_classes"], np.tile(names, (12, 1)))
    transformed = answers["transform_features"][exported.feature]
    np.testing.assert_allclose(transformed, exported.features, atol=1e-5)


def test_tflite_converts_without_flex_and_agrees(exported):
    spec = exported_inputs(exported)
    size = spec.shape[0] or 3
    inputs = exported.features.astype(spec.dtype.as_numpy_dtype)
    batches = [{exported.feature: inputs[i : i + size]} for i in range(0, 12, size)]
    answers = in_clean_process(CONVERT, exported.folder, batches)
    for probabilities, tolerance in zip(answers, (1e-5, 0.05), strict=True):
        np.testing.assert_allclose(
            np.concatenate(probabilities), exported.probabilities, atol=tolerance
        )


def exported_inputs(exported) -> tf.TensorSpec:
    signature = tf.saved_model.load(str(exported.folder)).signatures["tflite"]
    _, inputs = signature.structured_input_signature
    return inputs[exported.feature]


def test_tokens_go_to_the_phone_in_32_bits(exported):
    spec = exported_inputs(exported)
    assert spec.dtype == (tf.float32 if exported.feature == "image" else tf.int32)


def test_the_labels_lie_beside_the_model_in_the_order_of_its_outputs(exported):
    labels = (exported.folder / "assets.extra" / "labels.txt").read_text().splitlines()
    assert labels == exported.data.classes


def test_an_empty_batch_gets_an_empty_answer(exported):
    model = tf.saved_model.load(str(exported.folder))
    nothing = tf.constant([], tf.string)
    served = model.signatures["serving_default"](examples=nothing)
    assert served["probabilities"].shape == (0, len(exported.data.classes))


def test_an_interrupted_export_is_not_taken_for_a_whole_one(digits, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    target = tmp_path / "export"
    model = build("residual_cnn", digits)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(tf.io.gfile, "rename", interrupt)
        signatures.export(model, digits.transform, digits.classes, str(target))
    assert not target.exists()
    signatures.export(model, digits.transform, digits.classes, str(target))
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_an_export_made_on_a_gpu_needs_no_cudnn(sentences, tmp_path, monkeypatch):
    monkeypatch.setattr(rnn, "_is_gpu_available", lambda: True)
    model = build("bilstm", sentences)
    spec = tf.TensorSpec([None, 8], tf.int32)
    traced = tf.function(lambda ids: model(ids)).get_concrete_function(spec)
    assert "CudnnRNN" in str(traced.graph.as_graph_def())

    signatures.export(model, sentences.transform, sentences.classes, str(tmp_path / "export"))
    assert b"CudnnRNN" not in (tmp_path / "export" / "saved_model.pb").read_bytes()
