"""Kubeflow Pipelines: data and records by importers, as nodes there read nothing by themselves."""

import math
from collections.abc import Iterator

from tfx.dsl.components.base.base_node import BaseNode
from tfx.dsl.components.common.importer import Importer
from tfx.orchestration.pipeline import Pipeline
from tfx.types import BaseChannel

from components.artifacts import RawData, Records
from components.baseline.recorded import (
    PushRecorder,
    RecordedBaselineModel,
    RecordedBaseModel,
    RecordedDriftReference,
)
from components.notifier.component import FailureNotifier, ModelNotifier
from pipeline.kubeflow.early_end import may_end_early
from pipeline.kubeflow.settings import Settings
from pipeline.task import Task


class KubeflowPlatform:
    """A cluster and its object store; see `Platform`."""

    def __init__(self, task: Task, settings: Settings) -> None:
        """Takes the task, and where its runs lie."""
        self._task, self._settings = task, settings
        self.serving, self.tflite = (settings.place(task, n) for n in ("serving", "tflite"))
        self._data = Importer(
            source_uri=settings.data or settings.place(task, "data"), artifact_type=RawData
        ).with_id("RawData")
        self._records = Importer(
            source_uri=settings.place(task, "in_service"), artifact_type=Records
        ).with_id("Records")

    def raw_data(self) -> BaseChannel:
        """See `Platform`."""
        return self._data.outputs["result"]

    def drift_reference(self, examples: BaseChannel) -> BaseNode:
        """See `Platform`."""
        return RecordedDriftReference(self._records.outputs["result"], examples)

    def base_model(self, examples: BaseChannel) -> BaseNode:
        """See `Platform`."""
        return RecordedBaseModel(self._records.outputs["result"], examples)

    def baseline_model(self, candidate: BaseChannel) -> BaseNode:
        """See `Platform`."""
        return RecordedBaselineModel(self._records.outputs["result"], candidate)

    def pushed(
        self, model: BaseChannel, examples: BaseChannel, pushed_model: BaseChannel
    ) -> BaseNode:
        """See `Platform`."""
        return PushRecorder(self._records.outputs["result"], model, examples, pushed_model)

    def exit_handler(self) -> BaseNode | None:
        """Returns the node that runs however the others have ended; None where there is none."""
        notify = self._task.kubeflow.notify
        if notify is None:
            return None
        return FailureNotifier(self._task.name, may_end_early(self._task), notify.pages)

    def pipeline(self, *nodes: BaseNode | None) -> Pipeline:
        """See `Platform`."""
        made = [node for node in nodes if node]
        cores = math.ceil(self._task.kubeflow.others.cpu)
        return Pipeline(
            # Kubernetes' names have no underscores.
            pipeline_name=self._task.name.replace("_", "-"),
            pipeline_root=self._settings.place(self._task, "artifacts"),
            components=[self._data, self._records, *made, *self._notifiers(made)],
            beam_pipeline_args=self._task.beam.settled(None, cores).arguments,
        )

    def _notifiers(self, nodes: list[BaseNode]) -> Iterator[BaseNode]:
        notify = self._task.kubeflow.notify
        if notify:
            blessings = {node.id: node.outputs.get("blessing") for node in nodes}
            yield ModelNotifier(
                blessings["ModelGate"],
                blessings["InfraValidator"],
                self._task.name,
                notify.pages,
            )
