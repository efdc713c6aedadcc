"""The gate as a node of the DAG: the one verdict on a model, which the Pusher obeys."""

import json
import logging
import time
from pathlib import Path

from tfx.components.evaluator import constants
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing, ModelEvaluation, ModelRun
from tfx.utils import io_utils, path_utils

from components.artifacts import EvaluationReport
from components.blessing import DECIDED, REASON, VERDICT
from components.evaluator.assess import Sources, assess
from components.evaluator.rule import Settings
from components.evaluator.write import write
from components.source_hash import source_hash


@component
def _model_gate(
    examples: InputArtifact[Examples],
    predictions: InputArtifact[Examples],
    evaluation: InputArtifact[ModelEvaluation],
    model: InputArtifact[Model],
    model_run: InputArtifact[ModelRun],
    blessing: OutputArtifact[ModelBlessing],
    report: OutputArtifact[EvaluationReport],
    task: Parameter[str],
    kind: Parameter[str],
    settings: Parameter[str],
    mistakes: Parameter[int],
    code: Parameter[str],
    baseline_model: InputArtifact[Model] = None,
) -> None:
    found = assess(
        task,
        kind,
        Sources(
            examples.uri,
            predictions.uri,
            evaluation.uri,
            path_utils.serving_model_path(model.uri),
            model_run.uri,
        ),
        f"model {baseline_model.id}, in service" if baseline_model else None,
        Settings(**json.loads(settings)),
        mistakes,
    )
    write(found, Path(report.uri))
    decision = found.decision
    for artifact in (report, blessing):
        artifact.set_string_custom_property(VERDICT, decision.verdict)
        artifact.set_string_custom_property(REASON, decision.reason)
    blessing.set_int_custom_property(DECIDED, int(time.time()))
    _bless(blessing, decision.verdict == "blessed", model, baseline_model)
    logging.getLogger("progress").info("%s: %s", decision.verdict, decision.reason)


def _bless(
    blessing: ModelBlessing, blessed: bool, model: Model, baseline_model: Model | None
) -> None:
    """Fills a blessing as TFX's Evaluator does, for whoever reads blessings."""
    blessing.set_string_custom_property(
        constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri
    )
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
    if baseline_model:
        blessing.set_string_custom_property(
            constants.ARTIFACT_PROPERTY_BASELINE_MODEL_URI_KEY, baseline_model.uri
        )
        blessing.set_int_custom_property(
            constants.ARTIFACT_PROPERTY_BASELINE_MODEL_ID_KEY, baseline_model.id
        )
    blessing.set_int_custom_property(
        constants.ARTIFACT_PROPERTY_BLESSED_KEY,
        constants.BLESSED_VALUE if blessed else constants.NOT_BLESSED_VALUE,
    )
    name = constants.BLESSED_FILE_NAME if blessed else constants.NOT_BLESSED_FILE_NAME
    io_utils.write_string_file(f"{blessing.uri}/{name}", "")


def ModelGate(
    examples: BaseChannel,
    predictions: BaseChannel,
    evaluation: BaseChannel,
    model: BaseChannel,
    model_run: BaseChannel,
    baseline_model: BaseChannel,
    *,
    task: str,
    kind: str,
    settings: dict[str, float],
    mistakes: int,
) -> BaseNode:
    """Blesses a model, or not, and says why on a page.

    Args:
      examples: raw, for the mistakes that the page shows.
      predictions: of the Predictor.
      evaluation: of TFX's Evaluator, whose own blessing nobody reads.
      model: the candidate.
      model_run: of its training.
      baseline_model: in service; empty where there is none.
      task: name of the task.
      kind: `image` or `text`.
      settings: the fields of `rule.Settings`.
      mistakes: how many the page shows.

    Returns:
      A node with the outputs `blessing` and `report`.
    """
    return _model_gate(
        examples=examples,
        predictions=predictions,
        evaluation=evaluation,
        model=model,
        model_run=model_run,
        baseline_model=baseline_model,
        task=task,
        kind=kind,
        settings=json.dumps(settings, sort_keys=True),
        mistakes=mistakes,
        code=source_hash(__name__),
    ).with_id("ModelGate")
