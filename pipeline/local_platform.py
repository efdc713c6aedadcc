"""This machine: data by path, what is in service from ML Metadata, folders to push to."""

from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration.pipeline import Pipeline
from tfx.types import BaseChannel

from components.baseline.component import BaselineModel, BaseModel, DriftReference
from pipeline.home import Home
from pipeline.nodes import make_pipeline
from pipeline.task import Task


class LocalPlatform:
    """A laptop, or any machine of one's own; see `Platform`."""

    def __init__(self, task: Task, home: Home) -> None:
        """Takes the task, and where its runs lie."""
        self._task, self._home = task, home
        self.serving, self.tflite = str(home.serving), str(home.tflite)

    def raw_data(self) -> None:
        """Ingest reads the task's path."""

    def drift_reference(self, examples: BaseChannel) -> BaseNode:
        """See `Platform`."""
        return DriftReference(examples)

    def base_model(self, examples: BaseChannel) -> BaseNode:
        """See `Platform`."""
        return BaseModel(examples)

    def baseline_model(self, candidate: BaseChannel) -> BaseNode:
        """See `Platform`."""
        return BaselineModel(candidate)

    def pushed(self, model: BaseChannel, examples: BaseChannel, pushed_model: BaseChannel) -> None:
        """ML Metadata has it all."""

    def pipeline(self, *nodes: BaseNode | None) -> Pipeline:
        """See `Platform`."""
        return make_pipeline(self._task, self._home, *nodes)
