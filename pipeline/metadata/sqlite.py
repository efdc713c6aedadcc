"""ML Metadata in a file of a task's own."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.errors import InputError

if TYPE_CHECKING:
    from ml_metadata.metadata_store import MetadataStore
    from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig
    from tfx.orchestration.metadata import Metadata


@dataclass(frozen=True)
class SqliteFile:
    """See `Database`."""

    path: Path

    def __str__(self) -> str:
        """Returns its path."""
        return str(self.path)

    @property
    def folder(self) -> str:
        """See `Database`."""
        return ""

    def exists(self) -> bool:
        """See `Database`."""
        return self.path.exists()

    def check(self) -> None:
        """See `Database`; a run makes the file where there is none."""
        if not self.exists():
            return
        try:
            with sqlite3.connect(self.path, timeout=2, isolation_level=None) as database:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise InputError(
                f"{self}: {error}; close the program that holds it and run again"
            ) from None
        except sqlite3.DatabaseError as error:
            raise InputError(
                f"{self}: {error}; it is not ML Metadata. Move it away to start afresh"
            ) from None

    def connection(self) -> "ConnectionConfig":
        """See `Database`."""
        from ml_metadata.proto.metadata_store_pb2 import SqliteMetadataSourceConfig

        return self._connection(SqliteMetadataSourceConfig.READWRITE_OPENCREATE)

    def reader(self, patient: bool = False) -> "MetadataStore":
        """See `Database`; no file is made, and there is nothing to wait for."""
        from ml_metadata.metadata_store import MetadataStore
        from ml_metadata.proto.metadata_store_pb2 import SqliteMetadataSourceConfig

        return MetadataStore(self._connection(SqliteMetadataSourceConfig.READONLY))

    def handle(self) -> "Metadata":
        """See `Database`."""
        from tfx.orchestration.metadata import Metadata

        self.path.parent.mkdir(parents=True, exist_ok=True)
        return Metadata(self.connection())

    def _connection(self, mode: int) -> "ConnectionConfig":
        from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig

        config = ConnectionConfig()
        config.sqlite.filename_uri = str(self.path)
        config.sqlite.connection_mode = mode
        return config
