"""Finds what the nodes of a run put out, in ML Metadata."""

from collections.abc import Mapping

from ml_metadata.proto.metadata_store_pb2 import Artifact

from components.events import outputs_of
from pipeline.metadata.database import Database


class Outputs:
    """The output artifacts of one run's executions, cached ones included."""

    def __init__(self, metadata: Database, executions: Mapping[str, int]) -> None:
        self._store = metadata.reader(patient=True)
        self._executions = executions

    def find(self, node: str, key: str) -> Artifact:
        """Returns the artifact that a node put out under a key.

        Raises:
          KeyError: the node was not part of the run, or has no such output.
        """
        found = outputs_of(self._store, self._executions[node], key)
        if not found:
            raise KeyError(f"{node} has no output {key!r}")
        return found[0]
