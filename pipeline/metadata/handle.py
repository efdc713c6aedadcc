"""TFX's handle of ML Metadata, for a server that may go away."""

from typing import Self

from tfx.orchestration.metadata import Metadata

from pipeline.metadata.store import Connects, PatientStore


class Handle(Metadata):
    """Keeps one store for a whole run; TFX's own connects anew for every step of every node."""

    def __init__(self, server: Connects, patience: float) -> None:
        """Connects; arguments and errors as of `PatientStore`."""
        super().__init__(server.connection())
        self._store = PatientStore(server, patience)

    def __enter__(self) -> Self:
        """See `Metadata`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the store open."""
