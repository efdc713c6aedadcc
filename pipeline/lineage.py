"""Reads ML Metadata outside of a run: which artifacts a task has, and what they were made from."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ml_metadata.errors import StatusError
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto.metadata_store_pb2 import (
    Artifact,
    ConnectionConfig,
    SqliteMetadataSourceConfig,
)

from components.errors import InputError
from components.events import inputs_of


class Lineage:
    """The artifacts of all runs of a task, which may lie in another one's hands just now."""

    def __init__(self, metadata: Path) -> None:
        """Opens ML Metadata, an SQLite file, without writing to it.

        Raises:
          InputError: it is not ML Metadata, or something else holds it.
        """
        self._path = metadata
        config = ConnectionConfig()
        config.sqlite.filename_uri = str(metadata)
        config.sqlite.connection_mode = SqliteMetadataSourceConfig.READONLY
        with self._readable():
            self._store = MetadataStore(config)

    def artifacts(self, kind: str) -> list[Artifact]:
        """Returns the artifacts of a type that were made whole, oldest first."""
        with self._readable():
            return _whole(self._store.get_artifacts_by_type(kind))

    def inputs(self, artifact: Artifact, key: str) -> list[Artifact]:
        """Returns what an artifact was made from, under a key of the node that made it."""
        with self._readable():
            ids = inputs_of(self._store, artifact.id, key)
            return _whole(self._store.get_artifacts_by_id(sorted(ids)))

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, StatusError) as error:
            raise InputError(
                f"{self._path} cannot be read as ML Metadata: {str(error).splitlines()[0]}"
            ) from None


def _whole(artifacts: Sequence[Artifact]) -> list[Artifact]:
    whole = [artifact for artifact in artifacts if artifact.state == Artifact.LIVE]
    return sorted(whole, key=lambda artifact: artifact.id)
