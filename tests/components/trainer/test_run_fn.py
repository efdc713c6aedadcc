"""`run_fn` leaves everything that TFX, the terminal and a reader need."""

import json
import logging

import keras
import numpy as np
import pytest
import tensorflow as tf

from components import keras_model
from components.errors import InputError
from components.trainer import signatures
from components.trainer.progress import Progress

pytestmark = pytest.mark.training

AUGMENTATION = {
    "flip": True,
    "shift": 0.1,
    "rotation": 10.0,
    "zoom": 0.1,
    "contrast": 0.1,
    "cutout": 0.2,
    "mixup": 0.2,
}


def report(output):
    return json.loads((output / "run" / "1" / "training.json").read_text())


def losses(output):
    return [(epoch["loss"], epoch["eval_loss"]) for epoch in report(output)["epochs"]]


def served(output, examples):
    model = tf.saved_model.load(str(output / "model"))
    return model.signatures["serving_default"](examples=examples)["probabilities"].numpy()


@pytest.fixture(scope="module")
def trained(digits, tmp_path_factory):
    """Digits in half precision with every augmentation on, and the lines it logged."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("progress")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    output = digits.train(
        tmp_path_factory.mktemp("trained"),
        "residual_cnn",
        {"width": 4, "depth": 1},
        epochs=2,
        precision="mixed_float16",
        augmentation=AUGMENTATION,
    )
    logger.removeHandler(handler)
    return output, lines


def test_each_epoch_is_one_line_of_progress(trained):
    _, lines = trained
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2: loss ")
    assert "eval accuracy " in lines[1]


def test_the_report_holds_the_settings_in_effect(trained):
    found = report(trained[0])
    assert found["precision"] == "mixed_float16"
    assert found["model"] == {"name": "residual_cnn", "options": {"width": 4, "depth": 1}}
    assert (found["train_examples"], found["eval_examples"]) == (60, 20)
    assert found["steps_per_epoch"] == 3
    assert found["parameters"] > 0
    assert found["examples_per_second"] > 0
    assert [epoch["epoch"] for epoch in found["epochs"]] == [1, 2]


def test_tensorboard_finds_logs_of_both_splits(trained):
    logs = {path.parent.name for path in (trained[0] / "run").rglob("events.out.*")}
    assert logs == {"train", "validation"}


def test_a_picture_of_the_curves_lies_beside_the_report(trained):
    assert (trained[0] / "run" / "1" / "curves.svg").read_text().startswith("<svg")


def test_a_model_trained_in_half_precision_is_exported_in_single(trained, digits):
    assert served(trained[0], tf.constant(digits.examples("eval"))).dtype == np.float32
    model = tf.saved_model.load(str(trained[0] / "model"))
    half = (tf.float16, tf.bfloat16)
    assert not [op for op in operations(model) if any(t.dtype in half for t in op.outputs)]


def test_the_keras_file_is_the_network_that_is_served_also_on_the_phone(trained, digits):
    network = keras_model.read(str(trained[0] / "run" / "1"))
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    signatures = tf.saved_model.load(str(trained[0] / "model")).signatures
    examples = tf.constant(digits.examples("eval"))
    pixels = signatures["transform_features"](examples=examples)["image"]
    answers = network(pixels).numpy()
    np.testing.assert_allclose(answers, served(trained[0], examples), atol=1e-5)
    phone = signatures["tflite"](image=pixels)["probabilities"]
    np.testing.assert_allclose(answers, phone, atol=1e-5)
    assert np.ptp(answers, axis=0).max() > 1e-2


def test_nothing_of_the_augmentation_is_left_in_the_export(trained):
    model = tf.saved_model.load(str(trained[0] / "model"))
    kinds = {op.type for op in operations(model)}
    assert "Conv2D" in kinds
    assert not [kind for kind in kinds if "Random" in kind or "Projective" in kind]


def operations(model):
    """Yields every operation of every signature, also those inside called functions."""
    graphs = [function.graph for function in model.signatures.values()]
    while graphs:
        graph = graphs.pop()
        yield from graph.get_operations()
        for name in getattr(graph, "_functions", {}):
            graphs.append(graph._get_function(name).graph)


@pytest.fixture(scope="module")
def twice(sentences, tmp_path_factory):
    """Two runs with one seed; a batch is larger than the training split."""
    folders = (tmp_path_factory.mktemp(name) for name in ("first", "second"))
    return [
        sentences.train(folder, "text_cnn", batch_size=100, steps_per_epoch=20)
        for folder in folders
    ]


def test_two_runs_with_one_seed_agree(sentences, twice):
    first, second = twice
    np.testing.assert_allclose(losses(first), losses(second), rtol=1e-5)
    examples = tf.constant(sentences.examples("eval"))
    # Threads add up in an order of their own, so the last bits may differ.
    np.testing.assert_allclose(served(first, examples), served(second, examples), atol=1e-6)


def test_training_learns_and_a_set_number_of_steps_repeats_the_data(twice):
    found = report(twice[0])
    assert found["steps_per_epoch"] == 20
    assert found["epochs"][0]["eval_accuracy"] >= 0.9


def test_the_keras_file_of_a_text_model_takes_token_ids(sentences, twice):
    network = keras_model.read(str(twice[0] / "run" / "1"))
    examples = tf.constant(sentences.examples("eval"))
    signatures = tf.saved_model.load(str(twice[0] / "model")).signatures
    ids = signatures["transform_features"](examples=examples)["token_ids"]
    np.testing.assert_allclose(network(ids), served(twice[0], examples), atol=1e-5)


def test_a_pretrained_backbone_gets_a_head_first_and_then_a_last_stage_that_fits(
    digits, tmp_path, monkeypatch
):
    backbone = keras.applications.MobileNet(
        include_top=False, input_shape=(32, 32, 3), weights=None
    )
    backbone.save_weights(tmp_path / "backbone.weights.h5")
    exported: list[keras.Model] = []
    monkeypatch.setattr(signatures, "export", lambda model, *_: exported.append(model))
    options = {"backbone": "MobileNet", "weights": str(tmp_path / "backbone.weights.h5")}
    digits.train(tmp_path, "transfer", options, epochs=2)
    found = report(tmp_path)
    assert found["phases"] == ["head", "fine_tuning"]
    assert [epoch["epoch"] for epoch in found["epochs"]] == [1, 2]
    (trained,) = [layer for layer in exported[0].layers if isinstance(layer, keras.Model)]
    for layer, changed in (("conv1", False), ("conv_pw_11", False), ("conv_pw_13", True)):
        before, after = (m.get_layer(layer).get_weights()[0] for m in (backbone, trained))
        assert np.array_equal(before, after) != changed, layer


def test_early_stopping_ends_training_and_serves_the_best_epoch(sentences, tmp_path):
    output = sentences.train(
        tmp_path, "text_cnn", epochs=12, patience=1, learning_rate=0.3, label_smoothing=0.0
    )
    epochs = report(output)["epochs"]
    assert len(epochs) < 12
    best = min(epochs, key=lambda epoch: epoch["eval_loss"])
    labels = [label for i, label in enumerate(sentences.labels) if i % 4 == 3]
    indices = [sentences.classes.index(label) for label in labels]
    answers = served(output, tf.constant(sentences.examples("eval")))
    probabilities = answers[np.arange(len(labels)), indices]
    loss = -np.log(np.maximum(probabilities, 1e-7)).mean()
    assert loss == pytest.approx(best["eval_loss"], rel=1e-3)


def test_a_diverging_loss_is_reported_with_the_field_to_change():
    with pytest.raises(
        InputError, match=r"Training\.learning_rate: the loss became nan in epoch 3"
    ):
        Progress(3).on_epoch_end(
            2, {"loss": float("nan"), "accuracy": 0, "val_loss": 0, "val_accuracy": 0}
        )


def test_the_average_of_the_weights_is_evaluated_and_served(sentences, tmp_path):
    settings = {
        "epochs": 2,
        "ema": 0.9,
        "optimizer": "sgd",
        "learning_rate": 0.5,
        "gradient_clip_norm": 1.0,
        "class_weights": True,
        "label_smoothing": 0.0,
    }
    output = sentences.train(tmp_path, "text_cnn", **settings)
    assert report(output)["training"]["ema"] == 0.9
    answers = served(output, tf.constant(sentences.examples("eval")))
    labels = [label for i, label in enumerate(sentences.labels) if i % 4 == 3]
    indices = [sentences.classes.index(label) for label in labels]
    loss = -np.log(np.maximum(answers[np.arange(len(labels)), indices], 1e-7)).mean()
    assert loss == pytest.approx(report(output)["epochs"][-1]["eval_loss"], rel=1e-3)
