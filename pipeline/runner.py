"""TFX's LocalDagRunner, with somebody watching."""

import datetime
from typing import Protocol

from ml_metadata.proto import metadata_store_pb2
from tfx.dsl.compiler import constants
from tfx.orchestration.local import runner_utils
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.orchestration.metadata import Metadata
from tfx.orchestration.portable import launcher, runtime_parameter_utils
from tfx.proto.orchestration import pipeline_pb2

from components.events import outputs_of
from components.run_end import END_OF_RUN
from pipeline.metadata.database import Database

Execution = metadata_store_pb2.Execution
SYSTEM_NODES = {"tfx.dsl.components.common.resolver.Resolver"}


class NodeError(Exception):
    """A node ended without success and without an exception of its own."""


class Observer(Protocol):
    """What is told of a run as it goes on."""

    def started(self, node: str) -> None:
        """A node begins."""

    def finished(self, node: str, cached: bool) -> None:
        """A node ended well."""


class ObservedDagRunner(LocalDagRunner):
    """Runs the nodes of a DAG in order in this process, and tells an observer.

    `executions` maps the id of every node that ended well to its execution in ML Metadata;
    `end` is why a node ended the run early, if one did.
    """

    def __init__(self, observer: Observer, metadata: Database) -> None:
        """Takes the observer, and where the DAG has its metadata, whose password it lacks."""
        super().__init__()
        self._observer = observer
        self._metadata = metadata
        self.executions: dict[str, int] = {}
        self.end: str | None = None

    def run_with_ir(
        self, pipeline: pipeline_pb2.Pipeline, run_options: pipeline_pb2.RunOptions | None = None
    ) -> None:
        """See LocalDagRunner; partial runs are not offered.

        Raises:
          NodeError: a node could not start, for instance because an input is missing.
          Exception: whatever a node's executor raises.
        """
        del run_options
        runtime_parameter_utils.substitute_runtime_parameter(
            pipeline,
            {constants.PIPELINE_RUN_ID_PARAMETER_NAME: datetime.datetime.now().isoformat()},
        )
        deployment = runner_utils.extract_local_deployment_config(pipeline)
        handle = self._metadata.handle()
        for node in (entry.pipeline_node for entry in pipeline.nodes):
            name = node.node_info.id
            visible = node.node_info.type.name not in SYSTEM_NODES
            self._observer.started(name)
            info = launcher.Launcher(
                pipeline_node=node,
                mlmd_connection=handle,
                pipeline_info=pipeline.pipeline_info,
                pipeline_runtime_spec=pipeline.runtime_spec,
                executor_spec=runner_utils.extract_executor_spec(deployment, name),
                custom_driver_spec=runner_utils.extract_custom_driver_spec(deployment, name),
            ).launch()
            # The launcher does not raise where the inputs of a node could not be resolved.
            state = _state(handle, info.execution_id) if info else None
            if state not in (Execution.COMPLETE, Execution.CACHED):
                raise NodeError(f"{name} did not run: an input of it is missing")
            self.executions[name] = info.execution_id
            if visible:
                self._observer.finished(name, cached=state == Execution.CACHED)
            self.end = _end_of_run(handle, info.execution_id)
            if self.end:
                return


def _state(metadata: Metadata, execution_id: int) -> int:
    with metadata as handle:
        (execution,) = handle.store.get_executions_by_id([execution_id])
        return execution.last_known_state


def _end_of_run(metadata: Metadata, execution_id: int) -> str | None:
    with metadata as handle:
        outputs = outputs_of(handle.store, execution_id)
    reasons = (output.custom_properties[END_OF_RUN].string_value for output in outputs)
    return next(filter(None, reasons), None)
