"""What a run and its readers need of ML Metadata, wherever it is."""

from typing import TYPE_CHECKING, Protocol

from components.errors import InputError
from pipeline.metadata.mysql import MySQL
from pipeline.metadata.postgresql import PostgreSQL
from pipeline.metadata.server import Server
from pipeline.metadata.url import Parts

if TYPE_CHECKING:
    from ml_metadata.metadata_store import MetadataStore
    from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig
    from tfx.orchestration.metadata import Metadata

_SERVERS: dict[str, type[Server]] = {
    "postgresql": PostgreSQL,
    "postgres": PostgreSQL,
    "mysql": MySQL,
    "mariadb": MySQL,
}


class Database(Protocol):
    """A place of ML Metadata; as a string it is named without its password."""

    @property
    def folder(self) -> str:
        """A name for a folder that no other database has; empty for a task's own file."""

    def exists(self) -> bool:
        """Returns whether there may be something in it."""

    def check(self) -> None:
        """Passes one that a run can write to.

        Raises:
          InputError: it is not there, is held by something else, or does not let the run in.
        """

    def connection(self) -> "ConnectionConfig":
        """Returns what TFX's compiler puts into the DAG: no password."""

    def reader(self, patient: bool = False) -> "MetadataStore":
        """Returns a store for reading.

        Args:
          patient: wait for a server that goes away meanwhile, as a run does.

        Raises:
          InputError: a server is not there, or lets nobody in.
          RuntimeError: a file is no ML Metadata.
        """

    def handle(self) -> "Metadata":
        """Returns what TFX's launcher writes through."""


def database_at(url: str, source: str) -> Server:
    """Returns the server's database that a URL names.

    Args:
      url: with or without a password.
      source: what names the URL, for messages, in which it stands without its password.

    Raises:
      InputError: it names none.
    """
    try:
        parts = Parts.of(url)
        if parts.scheme not in _SERVERS:
            raise InputError(
                f"{parts.shown}: {parts.scheme!r} is no database of ML Metadata (valid: "
                "postgresql://USER@HOST:PORT/DATABASE, mysql://USER@HOST:PORT/DATABASE; "
                "without a URL each task has an SQLite file)"
            )
        return _SERVERS[parts.scheme].at(parts)
    except InputError as error:
        raise InputError(f"{source} = {error}") from None


def check_committed(url: str, source: str) -> None:
    """Passes a URL that may stand in a file that others read; arguments as of `database_at`.

    Raises:
      InputError: it names no database, or has a password.
    """
    database = database_at(url, source)
    if Parts.of(url).password:
        raise InputError(
            f"{source} = {database}: a password does not belong into a task's file; put it into "
            f"the environment as {database.password_variable}"
        )
