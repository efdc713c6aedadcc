"""The nodes that tell: one after the model was judged, one when everything has ended."""

import logging

from tfx.dsl.component.experimental.annotations import InputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration.kubeflow.decorators import FinalStatusStr
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import InfraBlessing, ModelBlessing

from components.blessing import REASON, VERDICT
from components.notifier.texts import of_end, of_model, with_run
from components.notifier.webhook import notify
from components.source_hash import source_hash

RUN = "{{$.pipeline_job_uuid}}"
"""Kubeflow Pipelines puts the run's id in its place."""
progress = logging.getLogger("progress")


@component
def _model_notifier(
    blessing: InputArtifact[ModelBlessing],
    infra_blessing: InputArtifact[InfraBlessing],
    task: Parameter[str],
    run: Parameter[str],
    pages: Parameter[str],
    code: Parameter[str],
) -> None:
    _tell(
        of_model(
            task,
            blessing.get_string_custom_property(VERDICT),
            blessing.get_string_custom_property(REASON),
            infra_blessing.get_string_custom_property(REASON),
        ),
        run,
        pages,
    )


@component
def _failure_notifier(
    final_status: Parameter[str],
    task: Parameter[str],
    may_end_early: Parameter[int],
    run: Parameter[str],
    pages: Parameter[str],
    code: Parameter[str],
) -> None:
    _tell(of_end(task, final_status, bool(may_end_early)), run, pages)


def _tell(text: str, run: str, pages: str) -> None:
    if text:
        notify(with_run(text, run, pages))
    progress.info("%s", text or "nothing to tell")


def ModelNotifier(
    blessing: BaseChannel, infra_blessing: BaseChannel, task: str, pages: str
) -> BaseNode:
    """Tells of a model that does not go into service.

    Args:
      blessing: of the gate.
      infra_blessing: of the InfraValidator.
      task: its name.
      pages: address of Kubeflow Pipelines' pages, for links; empty for none.
    """
    return _model_notifier(
        blessing=blessing,
        infra_blessing=infra_blessing,
        task=task,
        run=RUN,
        pages=pages,
        code=source_hash(__name__),
    ).with_id("ModelNotifier")


def FailureNotifier(task: str, may_end_early: bool, pages: str) -> BaseNode:
    """Tells of a run that failed; an exit handler, which Kubeflow runs however the rest has ended.

    Args:
      task: its name.
      may_end_early: whether nodes may be left out on purpose.
      pages: address of Kubeflow Pipelines' pages, for links; empty for none.
    """
    return _failure_notifier(
        final_status=FinalStatusStr(),
        task=task,
        may_end_early=int(may_end_early),
        run=RUN,
        pages=pages,
        code=source_hash(__name__),
    ).with_id("FailureNotifier")
