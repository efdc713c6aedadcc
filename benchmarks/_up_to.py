"""Runs a DAG as far as one of its nodes, which is all that some benchmarks need."""

from tfx.proto.orchestration import pipeline_pb2

from pipeline.metadata.database import Database
from pipeline.runner import ObservedDagRunner, Observer


class RunnerUpTo(ObservedDagRunner):
    """Leaves out the nodes after one, which TFX's compiler wants to see nonetheless."""

    def __init__(self, last: str, observer: Observer, metadata: Database) -> None:
        """Takes the id of the last node that runs, and what ObservedDagRunner takes."""
        super().__init__(observer, metadata)
        self._last = last

    def run_with_ir(
        self, pipeline: pipeline_pb2.Pipeline, run_options: pipeline_pb2.RunOptions | None = None
    ) -> None:
        """See ObservedDagRunner."""
        names = [entry.pipeline_node.node_info.id for entry in pipeline.nodes]
        del pipeline.nodes[names.index(self._last) + 1 :]
        super().run_with_ir(pipeline, run_options)
