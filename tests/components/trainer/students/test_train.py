"""Students of a tiny model: what is written, what is taken up again, what is never half there."""

import json
import logging
import shutil

import keras
import pytest
import tensorflow as tf

from components.errors import InputError
from components.trainer.input_data import splits
from components.trainer.students import component
from components.trainer.students.component import train_students
from components.trainer.students.train import STUDENT, read_teacher, train, write
from tests.components.trainer.conftest import TRAINING

pytestmark = pytest.mark.training

HALF = {
    "kind": "distilled",
    "name": "half",
    "model": {"name": "residual_cnn", "options": {"width": 4, "depth": 1}},
    "epochs": 3,
    "learning_rate": None,
    "temperature": 4.0,
    "label_weight": 0.1,
}
PRUNED = {
    "kind": "pruned",
    "name": "pruned",
    "sparsity": 0.7,
    "epochs": None,
    "learning_rate": None,
}


@pytest.fixture(scope="module")
def taught(digits, tmp_path_factory):
    """A teacher's `model_run`, and what its students came to."""
    output = digits.train(
        tmp_path_factory.mktemp("teacher"),
        "residual_cnn",
        {"width": 8, "depth": 1},
        epochs=12,
        ema=0.9,
        patience=5,
    )
    folder = tmp_path_factory.mktemp("students") / "work"
    model_run = output / "run" / "1"
    train_students(
        digits.fn_args(output, "residual_cnn"), str(model_run), [HALF, PRUNED], 1, str(folder)
    )
    return model_run, folder


def about(folder, name):
    return json.loads((folder / name / STUDENT).read_text())


def test_each_student_is_a_saved_model_with_the_trainers_signatures(taught, digits):
    _, folder = taught
    assert sorted(path.name for path in folder.iterdir()) == ["half", "pruned"]
    for name in ("half", "pruned"):
        model = tf.saved_model.load(str(folder / name))
        assert {"serving_default", "predict", "embed", "tflite"} <= set(model.signatures)
        answer = model.signatures["serving_default"](examples=tf.constant(digits.examples("eval")))
        right = answer["probabilities"].numpy().argmax(axis=1) == [
            digits.classes.index(label) for i, label in enumerate(digits.labels) if i % 4 == 3
        ]
        assert right.mean() == pytest.approx(about(folder, name)["eval_accuracy"])


def test_a_student_says_what_it_is(taught):
    model_run, folder = taught
    half, pruned = about(folder, "half"), about(folder, "pruned")
    teacher = json.loads((model_run / "training.json").read_text())
    assert (half["name"], half["kind"], pruned["kind"]) == ("half", "distilled", "pruned")
    assert half["parameters"] < teacher["parameters"] == pruned["parameters"]
    assert len(half["epochs"]) == 3
    assert half["training"]["ema"] == 0.9
    assert half["training"]["learning_rate"] == teacher["training"]["learning_rate"]
    assert half["sparsity"] < 0.1


def test_a_pruned_model_has_the_zeros_that_were_asked_for_where_it_is_served(taught):
    """In every kernel; biases and scales are whole. Nothing brought back an earlier epoch."""
    _, folder = taught
    found = about(folder, "pruned")
    checkpoint = tf.train.load_checkpoint(f"{folder}/pruned/variables/variables")
    kernels = [
        checkpoint.get_tensor(name)
        for name, shape in checkpoint.get_variable_to_shape_map().items()
        if name.startswith("variables/") and len(shape) > 1
    ]
    assert len(kernels) > 5
    for kernel in kernels:
        assert (kernel == 0).sum() == round(0.7 * kernel.size)
    assert 0.5 < found["sparsity"] < 0.7
    assert (found["training"]["ema"], found["training"]["patience"]) == (None, None)
    assert found["training"]["epochs"] == 6


def test_a_killed_node_keeps_finished_students_and_goes_on_within_one(
    digits, taught, tmp_path, monkeypatch
):
    """A student is there whole or not at all, and no finished one is trained again."""
    model_run, finished = taught
    folder = tmp_path / "work"
    shutil.copytree(finished, folder)
    fn_args = digits.fn_args(tmp_path, "residual_cnn")
    before = (folder / "half" / STUDENT).stat().st_mtime_ns
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger("progress").addHandler(handler)
    logging.getLogger("progress").setLevel(logging.INFO)

    def killed(*_):
        raise KeyboardInterrupt

    students = [HALF, {**HALF, "name": "other", "epochs": 2}, PRUNED]
    with monkeypatch.context() as patch:
        patch.setattr(component, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            train_students(fn_args, str(model_run), students, 1, str(folder))
    assert sorted(path.name for path in folder.iterdir()) == [".backup", "half", "pruned"]
    train_students(fn_args, str(model_run), students, 1, str(folder))
    logging.getLogger("progress").removeHandler(handler)
    assert (folder / "half" / STUDENT).stat().st_mtime_ns == before
    assert sorted(path.name for path in folder.iterdir()) == ["half", "other", "pruned"]
    assert lines.count("half: trained before") == 2
    assert any(line == "other, going on after epoch 2" for line in lines)


def test_a_run_without_the_network_is_named(digits, tmp_path):
    with pytest.raises(InputError, match=r"has no model\.keras that can be read"):
        train_students(
            digits.fn_args(tmp_path, "residual_cnn"), str(tmp_path), [HALF], 1, str(tmp_path / "w")
        )


def test_texts_have_students_too(sentences, tmp_path):
    """A student of another architecture, on the teacher's vocabulary, in half precision."""
    settings = {"class_weights": True, "precision": "mixed_float16"}
    output = sentences.train(tmp_path, "text_cnn", epochs=2, **settings)
    student = {**HALF, "model": {"name": "text_attention", "options": {}}, "epochs": 2}
    examples = splits(sentences.fn_args(output, "text_cnn"), TRAINING)
    teacher = read_teacher(str(output / "run" / "1"))
    trained = train(student, teacher, examples, 1, str(tmp_path / "backup" / "state.npz"))
    assert isinstance(trained.model.optimizer, keras.optimizers.LossScaleOptimizer)
    write(student, trained, teacher, examples[0], str(tmp_path / "half"))
    model = tf.saved_model.load(str(tmp_path / "half"))
    answer = model.signatures["predict"](text=tf.constant(["a dog eats bread."]))
    assert answer["probabilities"].shape == (1, 2)
    assert about(tmp_path, "half")["model"] == student["model"]
