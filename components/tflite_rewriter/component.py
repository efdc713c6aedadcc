"""The DAG's last node: the pushed model for phones, measured before it is pushed itself."""

import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.types.channel import BaseChannel
from tfx.types.standard_artifacts import Examples, Model, ModelRun, PushedModel
from tfx.utils import io_utils, path_utils

from components.absent import mark_absent
from components.artifacts import PushedTFLite, Students, TFLiteModels
from components.mounts import is_mounted, to_local, to_remote
from components.source_hash import source_hash
from components.tflite_rewriter.push_blessed import push_blessed
from components.tflite_rewriter.report import model_not_blessed
from components.tflite_rewriter.rewrite import Source, rewrite
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.variants import require
from components.tflite_rewriter.write import write

TRAINING = ("train",)
EVALUATION = ("test", "eval")
"""Where the examples come from: the first of these splits that there is."""

progress = logging.getLogger("progress")


@component
def _rewrite_pushed_model(
    model: InputArtifact[Model],
    model_run: InputArtifact[ModelRun],
    examples: InputArtifact[Examples],
    pushed_model: InputArtifact[PushedModel],
    tflite_models: OutputArtifact[TFLiteModels],
    pushed_tflite: OutputArtifact[PushedTFLite],
    task: Parameter[str],
    kind: Parameter[str],
    features: Parameter[str],
    settings: Parameter[str],
    destination: Parameter[str],
    code: Parameter[str],
    students: InputArtifact[Students] = None,
) -> None:
    with tempfile.TemporaryDirectory() as work:
        output = Path(work)
        pushed = None
        if pushed_model.get_int_custom_property("pushed") == 1:
            source = Source(
                task=task,
                kind=kind,
                features=json.loads(features),
                saved_model=path_utils.serving_model_path(model.uri),
                model_run=model_run.uri,
                evaluation=record_files(examples, EVALUATION),
                training=record_files(examples, TRAINING),
                students=_folders(students.uri) if students else {},
            )
            report = rewrite(
                source,
                Settings(**json.loads(settings)),
                pushed_model.get_string_custom_property("pushed_version"),
                output,
            )
            pushed = push_blessed(output, report, to_local(destination))
        else:
            report = model_not_blessed(task)
            write(report, output)
        io_utils.copy_dir(work, tflite_models.uri)
    tflite_models.set_string_custom_property("verdict", report.verdict)
    tflite_models.set_int_custom_property("blessed", int(pushed is not None))
    if pushed is None:
        mark_absent(pushed_tflite)
    else:
        if is_mounted(destination):
            # The launcher copies an output to its URI, wherever that is.
            pushed_tflite.uri = pushed
        tflite_models.set_string_custom_property("blessed_variant", str(report.blessed))
        tflite_models.set_string_custom_property("pushed_version", str(report.pushed_version))
        tflite_models.set_string_custom_property("pushed_destination", to_remote(pushed))
    progress.info("%s", report.verdict)


def record_files(examples: Examples, splits: Sequence[str]) -> list[str]:
    """Returns the record files of the first of some splits that there is.

    Raises:
      ValueError: none is there.
    """
    present = artifact_utils.decode_split_names(examples.split_names)
    split = next((split for split in splits if split in present), None)
    if split is None:
        raise ValueError(f"examples need a split {' or '.join(splits)}, not only {present}")
    return fileio.glob(f"{artifact_utils.get_split_uri([examples], split)}/*")


def _folders(uri: str) -> dict[str, str]:
    """Returns the folders within one, by name, in the order of their names."""
    names = sorted(name.rstrip("/") for name in fileio.listdir(uri))
    return {name: f"{uri}/{name}" for name in names}


def TFLiteRewriter(
    model: BaseChannel,
    model_run: BaseChannel,
    examples: BaseChannel,
    pushed_model: BaseChannel,
    students: BaseChannel | None = None,
    *,
    task: str,
    kind: str,
    features: dict[str, Any],
    settings: dict[str, Any],
    destination: str,
) -> BaseComponent:
    """Makes, measures and pushes the variants of a model that was pushed.

    Args:
      model: channel of the `Model` that the Pusher pushed.
      model_run: channel of its training's `ModelRun`, with `model.keras`.
      examples: channel of the raw `Examples`.
      pushed_model: channel of the Pusher's `PushedModel`.
      students: channel of smaller networks; None where the task has none.
      task: the task's name.
      kind: `image` or `text`.
      features: the fields of the task's `ImageFeatures` or `TextFeatures`.
      settings: the fields of `Settings`.
      destination: folder that gets `<version>/`, as `push_blessed` fills it.

    Returns:
      A component with the outputs `tflite_models` and `pushed_tflite`.

    Raises:
      InputError: a variant is unknown, or its packages are not installed.
    """
    require(settings["variants"])
    node = _rewrite_pushed_model(
        model=model,
        model_run=model_run,
        examples=examples,
        pushed_model=pushed_model,
        students=students,
        task=task,
        kind=kind,
        features=json.dumps(features),
        settings=json.dumps(settings),
        destination=destination,
        code=source_hash(__name__),
    )
    return node.with_id("TFLiteRewriter")
