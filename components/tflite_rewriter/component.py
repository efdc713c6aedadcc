"""The DAG's last node: the pushed model for phones, measured before it is pushed itself."""

import json
import logging
import tempfile
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.types.artifact import Artifact
from tfx.types.channel import BaseChannel
from tfx.types.standard_artifacts import Examples, Model, PushedModel
from tfx.utils import io_utils, path_utils

from components.source_hash import source_hash
from components.tflite_rewriter.report import MODEL_NOT_BLESSED
from components.tflite_rewriter.rewrite import REPORT_FILE, Settings, push_blessed, rewrite

SPLITS = ("test", "eval")
"""Where the examples come from: the first of these splits that there is."""

progress = logging.getLogger("progress")


class TFLiteModels(Artifact):
    """A folder of `<variant>/model.tflite`, with `labels.txt` and `report.json`.

    No `Model`, so that a resolver never takes it for a baseline. Custom properties: `verdict`
    (words), `blessed` (0 or 1) and, if 1, `blessed_variant`, `pushed_version` and
    `pushed_destination` (the version's path).
    """

    TYPE_NAME = "TFLiteModels"


@component
def _rewrite_pushed_model(
    model: InputArtifact[Model],
    examples: InputArtifact[Examples],
    pushed_model: InputArtifact[PushedModel],
    tflite_models: OutputArtifact[TFLiteModels],
    settings: Parameter[str],
    destination: Parameter[str],
    code: Parameter[str],
) -> None:
    with tempfile.TemporaryDirectory() as work:
        output = Path(work)
        pushed = None
        if pushed_model.get_int_custom_property("pushed") == 1:
            report = rewrite(
                path_utils.serving_model_path(model.uri),
                evaluation_files(examples),
                Settings(**json.loads(settings)),
                pushed_model.get_string_custom_property("pushed_version"),
                output,
            )
            pushed = push_blessed(output, report, destination)
        else:
            report = MODEL_NOT_BLESSED
            (output / REPORT_FILE).write_text(report.to_json())
        io_utils.copy_dir(work, tflite_models.uri)
    tflite_models.set_string_custom_property("verdict", report.verdict)
    tflite_models.set_int_custom_property("blessed", int(pushed is not None))
    if pushed is not None:
        tflite_models.set_string_custom_property("blessed_variant", report.blessed)
        tflite_models.set_string_custom_property("pushed_version", report.pushed_version)
        tflite_models.set_string_custom_property("pushed_destination", pushed)
    progress.info("%s", report.verdict)


def evaluation_files(examples: Examples) -> list[str]:
    """Returns the record files of the split `test`, or `eval` where there is none.

    Raises:
      ValueError: neither split is there.
    """
    present = artifact_utils.decode_split_names(examples.split_names)
    split = next((split for split in SPLITS if split in present), None)
    if split is None:
        raise ValueError(f"examples need a split {' or '.join(SPLITS)}, not only {present}")
    return fileio.glob(f"{artifact_utils.get_split_uri([examples], split)}/*")


def TFLiteRewriter(
    model: BaseChannel,
    examples: BaseChannel,
    pushed_model: BaseChannel,
    settings: str,
    destination: str,
) -> BaseComponent:
    """Makes, measures and pushes the TensorFlow Lite variants of a model that was pushed.

    Args:
      model: channel of the `Model` that the Pusher pushed.
      examples: channel of the raw `Examples`.
      pushed_model: channel of the Pusher's `PushedModel`.
      settings: `Settings` as a JSON object.
      destination: folder that gets `<version>/model.tflite`, `labels.txt`, `report.json`.

    Returns:
      A component with one output, `tflite_models`.
    """
    node = _rewrite_pushed_model(
        model=model,
        examples=examples,
        pushed_model=pushed_model,
        settings=settings,
        destination=destination,
        code=source_hash(__name__),
    )
    return node.with_id("TFLiteRewriter")
