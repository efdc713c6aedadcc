"""Trains a smaller model by the pushed one, and writes it as a SavedModel that says what it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components import keras_model
from components.errors import InputError
from components.trainer import precision, signatures
from components.trainer.fit import fit, steps_per_epoch
from components.trainer.input_data import Split
from components.trainer.prepare import Prepared, build, prepare
from components.trainer.report import REPORT
from components.trainer.students.distillation import Distilled
from components.trainer.students.pruning import MagnitudePruning, prunable, share_of_zeros

STUDENT = "student.json"
DISTILLED, PRUNED = "distilled", "pruned"
_RAMP_SHARE = 0.5
"""Of a pruned model's steps; the rest lets it recover."""


@dataclass(frozen=True)
class Teacher:
    """The trained model, and how it was trained."""

    weights: list[np.ndarray]
    report: Mapping[str, Any]
    """The content of `training.json`: the settings in effect."""


@dataclass(frozen=True)
class Trained:
    """A smaller model, in the precision that it was trained in."""

    model: keras.Model
    settings: dict[str, Any]
    """Name and options of its architecture."""
    training: dict[str, Any]
    eval_accuracy: float
    epochs: list[dict[str, Any]]


def read_teacher(model_run: str) -> Teacher:
    """Reads what the Trainer has left beside its SavedModel.

    Args:
      model_run: folder of the artifact.

    Raises:
      InputError: the network is not there, as earlier versions did not write it.
    """
    model = keras_model.read(model_run)
    if model is None:
        raise InputError(
            f"{model_run} has no {keras_model.MODEL} that can be read, so there is nothing that "
            "students could learn from; train the model again, for instance with another seed"
        )
    with tf.io.gfile.GFile(f"{model_run}/{REPORT}") as file:
        return Teacher(model.get_weights(), json.loads(file.read()))


def train(
    student: Mapping[str, Any],
    teacher: Teacher,
    examples: tuple[Split, Split],
    seed: int,
    backup_path: str,
) -> Trained:
    """Trains a student; goes on where a training like it was killed.

    Args:
      student: the fields of `Student` or of `Pruning`.
      teacher: what it learns from.
      examples: to learn from, and to evaluate on.
      seed: of all chance.
      backup_path: a file for the state after each epoch, which need not exist.

    Raises:
      InputError: see `fit`.
    """
    # Keras would hold on to the model before.
    keras.backend.clear_session()
    make = _distilled if student["kind"] == DISTILLED else _pruned
    settings, training, prepared, callbacks = make(student, teacher, examples[0], seed)
    model = prepared.model
    epochs = fit(
        model,
        prepared.phases,
        training,
        *examples,
        seed=seed,
        backup_path=backup_path,
        callbacks=callbacks,
    )
    batches = examples[1].evaluation_batches(
        training["batch_size"], replicas=model.distribute_strategy.num_replicas_in_sync
    )
    accuracy = model.evaluate(batches, verbose=0, return_dict=True)["accuracy"]
    return Trained(model, settings, training, float(accuracy), epochs)


def write(
    student: Mapping[str, Any], trained: Trained, teacher: Teacher, data: Split, folder: str
) -> None:
    """Writes a SavedModel with the signatures of the Trainer's, and `student.json` in it.

    Args:
      student: the fields of `Student` or of `Pruning`.
      trained: what came of it.
      teacher: what it learned from.
      data: of whose transform and classes the model is.
      folder: must not exist yet; it appears whole or not at all.
    """
    with precision.policy("float32"):
        served = build(trained.settings, data.transform, len(data.classes))
    served.set_weights(trained.model.get_weights())
    aside = f"{folder}.aside"
    if tf.io.gfile.exists(aside):
        tf.io.gfile.rmtree(aside)
    signatures.export(served, data.transform, data.classes, aside)
    about = {
        "name": student["name"],
        "kind": student["kind"],
        "parameters": served.count_params(),
        "sparsity": share_of_zeros(served.weights),
        "eval_accuracy": trained.eval_accuracy,
        "settings": dict(student),
        "model": trained.settings,
        "training": trained.training,
        "teacher": {
            "model": teacher.report["model"],
            "parameters": teacher.report["parameters"],
        },
        "epochs": trained.epochs,
    }
    with tf.io.gfile.GFile(f"{aside}/{STUDENT}", "w") as file:
        file.write(json.dumps(about, indent=2) + "\n")
    tf.io.gfile.rename(aside, folder)


_Made = tuple[dict[str, Any], dict[str, Any], Prepared, list[keras.callbacks.Callback]]


def _distilled(student: Mapping[str, Any], teacher: Teacher, data: Split, seed: int) -> _Made:
    training = _training(student, teacher, epochs=1.0)
    config = {"model": student["model"], "training": training, "seed": seed}
    prepared = prepare(config, data.transform, data.classes, None)
    # Teacher in the student's precision: in float32 it would take most of a step.
    with (
        prepared.model.distribute_strategy.scope(),
        precision.policy(prepared.precision),
    ):
        taught_by = build(teacher.report["model"], data.transform, len(data.classes))
        taught_by.set_weights(teacher.weights)
        model = Distilled(
            prepared.model, taught_by, student["temperature"], student["label_weight"]
        )
    return student["model"], training, replace(prepared, model=model), []


def _pruned(student: Mapping[str, Any], teacher: Teacher, data: Split, seed: int) -> _Made:
    settings = teacher.report["model"]
    # The learning rate rises once more to its peak: lower ones, measured on `digits`, did not make
    # up for what was pruned. So found Renda, Frankle and Carbin, 2020, "Comparing Rewinding and
    # Fine-tuning in Neural Network Pruning".
    training = _training(student, teacher, epochs=0.5)
    # An average of weights, or those of an earlier epoch, would be less sparse.
    training |= {"ema": None, "patience": None}
    config = {"model": settings, "training": training, "seed": seed}
    prepared = prepare(config, data.transform, data.classes, None)
    prepared.model.set_weights(teacher.weights)
    # What a model with several phases trains in the end.
    phase = replace(prepared.phases[-1], epochs=1.0, learning_rate=1.0)
    phase.prepare()
    steps = steps_per_epoch(training, data)
    pruning = MagnitudePruning(
        prunable(prepared.model),
        student["sparsity"],
        max(1, round(_RAMP_SHARE * steps * training["epochs"])),
        steps,
    )
    return settings, training, replace(prepared, phases=[phase]), [pruning]


def _training(student: Mapping[str, Any], teacher: Teacher, *, epochs: float) -> dict[str, Any]:
    """Returns the teacher's settings, with those that the student has of its own.

    Args:
      student: the fields of `Student` or of `Pruning`.
      teacher: what it learns from.
      epochs: factor on the teacher's, where the student says nothing.
    """
    training = dict(teacher.report["training"])
    training["epochs"] = student["epochs"] or max(1, round(epochs * training["epochs"]))
    training["learning_rate"] = student["learning_rate"] or training["learning_rate"]
    return training
