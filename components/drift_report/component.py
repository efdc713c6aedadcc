"""The drift report as a node of the DAG: examples of two spans in, `drift.json` and a page out."""

import json
import logging
from pathlib import Path
from typing import Any

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import Examples, Model
from tfx.utils import path_utils

from components.artifacts import DriftReport
from components.drift_report.assess import FEWEST, Named, Settings, assess, no_reference
from components.drift_report.model_view import ModelView
from components.drift_report.report import Report
from components.drift_report.spans import draw_sides
from components.drift_report.write import write
from components.source_hash import source_hash

VERDICT = "verdict"
SUMMARY = "summary"


@component
def _drift_report(
    examples: InputArtifact[Examples],
    report: OutputArtifact[DriftReport],
    task: Parameter[str],
    kind: Parameter[str],
    settings: Parameter[str],
    code: Parameter[str],
    reference: InputArtifact[Examples] = None,
    model: InputArtifact[Model] = None,
) -> None:
    found = _report(task, kind, examples, reference, model, Settings(**json.loads(settings)))
    write(found, Path(report.uri))
    report.set_string_custom_property(VERDICT, found.verdict)
    report.set_string_custom_property(SUMMARY, found.summary)
    logging.getLogger("progress").info(found.summary)


def _report(
    task: str,
    kind: str,
    examples: Examples,
    reference: Examples | None,
    model: Model | None,
    settings: Settings,
) -> Report:
    current_name = f"span {examples.span}"
    if reference is None:
        sample, _ = draw_sides(examples.uri, None, False, settings.max_examples, settings.seed)
        current = Named(current_name, sample)
        return no_reference(
            task, kind, current, settings, "There is no earlier span to compare with."
        )
    current, known = draw_sides(
        examples.uri, reference.uri, model is not None, settings.max_examples, settings.seed
    )
    whose = "which the model in service learned from" if model else "the one before"
    sides = Named(f"span {reference.span}, {whose}", known), Named(current_name, current)
    for side in sides:
        if len(side.sample) < FEWEST:
            reason = f"{side.name} has no examples that the model in service did not learn from."
            return no_reference(task, kind, sides[1], settings, reason.capitalize())
    in_service = ModelView(path_utils.serving_model_path(model.uri)) if model else None
    return assess(task, kind, *sides, in_service, settings)


def DriftReporter(
    examples: BaseChannel,
    reference: BaseChannel,
    model: BaseChannel,
    *,
    task: str,
    kind: str,
    settings: dict[str, Any],
) -> BaseNode:
    """Compares a span with the one that the model in service learned from, or the one before.

    Args:
      examples: of the new span.
      reference: of the span to compare with; empty for the first one.
      model: in service; empty where there is none.
      task: name of the task.
      kind: `image` or `text`.
      settings: the fields of `assess.Settings`.
    """
    return _drift_report(
        examples=examples,
        reference=reference,
        model=model,
        task=task,
        kind=kind,
        settings=json.dumps(settings, sort_keys=True),
        code=source_hash(__name__),
    ).with_id("DriftReport")
