"""Runs a DAG as far as Transform, which is all that a benchmark of the input needs."""

from tfx.proto.orchestration import pipeline_pb2

from pipeline.runner import ObservedDagRunner

LAST = "Transform"


class RunnerUpToTransform(ObservedDagRunner):
    """Leaves out the nodes after Transform, which TFX's compiler wants to see nonetheless."""

    def run_with_ir(
        self, pipeline: pipeline_pb2.Pipeline, run_options: pipeline_pb2.RunOptions | None = None
    ) -> None:
        """See ObservedDagRunner."""
        names = [entry.pipeline_node.node_info.id for entry in pipeline.nodes]
        del pipeline.nodes[names.index(LAST) + 1 :]
        super().run_with_ir(pipeline, run_options)
