"""Finds what the nodes of a run put out, in ML Metadata."""

from collections.abc import Mapping
from pathlib import Path

from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration.metadata import sqlite_metadata_connection_config

Artifact = metadata_store_pb2.Artifact


class Outputs:
    """The output artifacts of one run's executions, cached ones included."""

    def __init__(self, metadata: Path, executions: Mapping[str, int]) -> None:
        self._store = MetadataStore(sqlite_metadata_connection_config(str(metadata)))
        self._executions = executions

    def find(self, node: str, key: str) -> Artifact:
        """Returns the artifact that a node put out under a key.

        Raises:
          KeyError: the node was not part of the run, or has no such output.
        """
        events = self._store.get_events_by_execution_ids([self._executions[node]])
        ids = [
            event.artifact_id
            for event in events
            if event.type == metadata_store_pb2.Event.OUTPUT and event.path.steps[0].key == key
        ]
        if not ids:
            raise KeyError(f"{node} has no output {key!r}")
        return self._store.get_artifacts_by_id(ids)[0]
