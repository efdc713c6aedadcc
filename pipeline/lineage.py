"""Reads ML Metadata outside of a run: which artifacts a task has, and what they were made from."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Self

from ml_metadata.errors import StatusError
from ml_metadata.proto.metadata_store_pb2 import Artifact

from components.errors import InputError
from components.events import inputs_of
from pipeline.home import Home

PIPELINE_CONTEXT = "pipeline"
"""What TFX calls the context that holds everything of a pipeline."""


class Lineage:
    """The artifacts of all runs of a task, which may lie in another one's hands just now.

    Other tasks may keep theirs in the same database; TFX's pipeline context tells them apart.
    """

    def __init__(self, home: Home) -> None:
        """Opens the task's ML Metadata, without writing to it.

        Raises:
          InputError: it is not ML Metadata, or something else holds it, or it is away.
        """
        self._metadata, self._pipeline = home.metadata, home.pipeline
        with self._readable():
            self._store = home.metadata.reader()

    @classmethod
    def of(cls, home: Home) -> Self | None:
        """Returns the lineage of a task; None where it has never run.

        Raises:
          InputError: as when it is made.
        """
        lineage = cls(home) if home.metadata.exists() else None
        return lineage if lineage and lineage.has_run() else None

    def has_run(self) -> bool:
        """Returns whether the task has ever run."""
        with self._readable():
            return self._context is not None

    def artifacts(self, kind: str) -> list[Artifact]:
        """Returns the artifacts of a type that were made whole, oldest first."""
        return [artifact for artifact in self._artifacts if artifact.type == kind]

    def inputs(self, artifact: Artifact, key: str) -> list[Artifact]:
        """Returns what an artifact was made from, under a key of the node that made it."""
        with self._readable():
            ids = inputs_of(self._store, artifact.id, key)
            return _whole(self._store.get_artifacts_by_id(sorted(ids)))

    @cached_property
    def _context(self) -> int | None:
        """Id of the pipeline's context."""
        found = self._store.get_context_by_type_and_name(PIPELINE_CONTEXT, self._pipeline)
        return found.id if found else None

    @cached_property
    def _artifacts(self) -> list[Artifact]:
        with self._readable():
            if self._context is None:
                return []
            return _whole(self._store.get_artifacts_by_context(self._context))

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, StatusError) as error:
            raise InputError(
                f"{self._metadata} cannot be read as ML Metadata: {str(error).splitlines()[0]}"
            ) from None


def _whole(artifacts: Sequence[Artifact]) -> list[Artifact]:
    whole = [artifact for artifact in artifacts if artifact.state == Artifact.LIVE]
    return sorted(whole, key=lambda artifact: artifact.id)
