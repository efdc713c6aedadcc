"""The node that trains smaller models by the one that was pushed."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel, artifact_utils
from tfx.types.standard_artifacts import (
    Examples,
    ModelRun,
    PushedModel,
    Schema,
    TransformGraph,
)
from tfx.utils import io_utils

from components.artifacts import Students
from components.source_hash import source_hash
from components.trainer import backup
from components.trainer.input_data import splits
from components.trainer.progress import prefixed
from components.trainer.students.train import read_teacher, train, write

FINISHED = ".finished"

progress = logging.getLogger("progress")


def train_students(
    fn_args: FnArgs, model_run: str, students: Sequence[Mapping[str, Any]], seed: int, folder: str
) -> None:
    """Trains students one after the other; those that are finished are not trained again.

    Args:
      fn_args: TFX's files, as its Trainer has them.
      model_run: folder of the Trainer's artifact.
      students: the fields of `Student` or `Pruning`, each with a name of its own.
      seed: of all chance.
      folder: gets `<name>/` for each, which appears whole or not at all.

    Raises:
      InputError: see `read_teacher` and `fit`.
    """
    teacher = read_teacher(model_run)
    examples = splits(fn_args, teacher.report["training"])
    for student in students:
        target = os.path.join(folder, student["name"])
        if tf.io.gfile.exists(target):
            progress.info("%s: trained before", student["name"])
            continue
        with prefixed(f"{student['name']}, "):
            state = os.path.join(folder, backup.FOLDER, f"{student['name']}.npz")
            trained = train(student, teacher, examples, seed, state)
        write(student, trained, teacher, examples[0], target)
        backup.discard(state)


@component
def _student_trainer(
    examples: InputArtifact[Examples],
    transform_graph: InputArtifact[TransformGraph],
    schema: InputArtifact[Schema],
    model_run: InputArtifact[ModelRun],
    pushed_model: InputArtifact[PushedModel],
    students: OutputArtifact[Students],
    settings: Parameter[str],
    seed: Parameter[int],
    code: Parameter[str],
) -> None:
    if pushed_model.get_int_custom_property("pushed") != 1:
        progress.info("no students, as the model was not pushed")
        return
    asked = json.loads(settings)
    fn_args = FnArgs(
        train_files=_files(examples, "train"),
        eval_files=_files(examples, "eval"),
        transform_output=transform_graph.uri,
        schema_path=io_utils.get_only_uri_in_dir(schema.uri),
        custom_config={"students": asked, "seed": seed, "teacher": model_run.uri, "code": code},
    )
    # TFX gives a node that is started again a new execution and new folders; the one above
    # `students/<execution>` stays.
    node = os.path.dirname(os.path.dirname(students.uri.rstrip("/")))
    work = os.path.join(node, FINISHED, backup.fingerprint(fn_args))
    train_students(fn_args, model_run.uri, asked, seed, work)
    for student in asked:
        name = student["name"]
        io_utils.copy_dir(os.path.join(work, name), os.path.join(students.uri, name))
    backup.discard(work)


def _files(examples: Examples, split: str) -> list[str]:
    return [io_utils.all_files_pattern(artifact_utils.get_split_uri([examples], split))]


def StudentTrainer(
    examples: BaseChannel,
    transform_graph: BaseChannel,
    schema: BaseChannel,
    model_run: BaseChannel,
    pushed_model: BaseChannel,
    *,
    architecture: str,
    students: Sequence[Mapping[str, Any]],
    seed: int,
) -> BaseNode:
    """A node that trains nothing where the model was not pushed.

    Args:
      examples: channel of the raw `Examples`.
      transform_graph: channel of what Transform made of them.
      schema: channel of the `Schema`.
      model_run: channel of the Trainer's `ModelRun`, which has the teacher.
      pushed_model: channel of the Pusher's `PushedModel`.
      architecture: name of the teacher's.
      students: the fields of `Student` or `Pruning`.
      seed: of all chance.

    Returns:
      A component with one output, `students`.
    """
    names = {architecture, *(each["model"]["name"] for each in students if "model" in each)}
    models = (f"components.trainer.models.{name}" for name in sorted(names))
    return _student_trainer(
        examples=examples,
        transform_graph=transform_graph,
        schema=schema,
        model_run=model_run,
        pushed_model=pushed_model,
        settings=json.dumps(students),
        seed=seed,
        code=source_hash(__name__, *models),
    ).with_id("StudentTrainer")
