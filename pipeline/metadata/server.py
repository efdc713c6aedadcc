"""A database server that holds ML Metadata of many tasks."""

import os
import re
import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

from components.errors import InputError
from pipeline.configuration import one_of
from pipeline.metadata.url import Parts

if TYPE_CHECKING:
    from ml_metadata.metadata_store import MetadataStore
    from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig
    from tfx.orchestration.metadata import Metadata

PATIENCE_SECONDS = 120.0
"""How long a run waits for a server that is away."""
_REACH_SECONDS = 5.0


@dataclass(frozen=True)
class Server(ABC):
    """One database of a server; see `Database`."""

    scheme: ClassVar[str]
    default_port: ClassVar[int]
    default_socket: ClassVar[str]
    password_variable: ClassVar[str]
    """Where the server's own programs look for a password, too."""
    valid_options: ClassVar[tuple[str, ...]]

    user: str
    host: str
    """A name or address; empty where there is a socket."""
    port: int
    database: str
    socket: str = ""
    """File of a Unix socket."""
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def at(cls, parts: Parts) -> Self:
        """Returns the database of a URL; a password that it lacks comes from the environment.

        Raises:
          InputError: something is missing, or not valid.
        """
        if not parts.user:
            raise InputError(f"{parts.shown}: names no user (valid: {cls.scheme}://USER@HOST/…)")
        # The clients of ml-metadata put the name into SQL as it stands.
        if not re.fullmatch(r"\w+", parts.database, re.ASCII):
            raise InputError(
                f"{parts.shown}: {parts.database!r} is no name of a database (valid: letters, "
                "digits and _)"
            )
        for option in parts.options:
            if option not in cls.valid_options:
                raise InputError(
                    f"{parts.shown}: no such option as {option!r}"
                    f"{one_of(option, cls.valid_options)}"
                )
        port = parts.port or cls.default_port
        return cls(
            user=parts.user,
            host=parts.host,
            port=port,
            database=parts.database,
            socket="" if parts.host else cls.socket_of(parts.options, port),
            password=parts.password or os.environ.get(cls.password_variable, ""),
            options=parts.options,
        )

    @classmethod
    @abstractmethod
    def socket_of(cls, options: Mapping[str, str], port: int) -> str:
        """Returns the file of the Unix socket of a URL without a host."""

    def __str__(self) -> str:
        """Returns its URL without password and options."""
        place = f"{self.host}:{self.port}" if self.host else f"[{self.socket}]"
        return f"{self.scheme}://{self.user}@{place}/{self.database}"

    @property
    def folder(self) -> str:
        """See `Database`."""
        place = f"{self.host}-{self.port}" if self.host else self.socket.strip("/")
        return re.sub(r"[^\w.-]+", "-", f"{self.scheme}-{place}-{self.database}")

    def exists(self) -> bool:
        """See `Database`; whether a task has run is a question to the database itself."""
        return True

    def check(self) -> None:
        """See `Database`; what is missing in the database itself is made."""
        self.reader()

    def connection(self, password: str = "") -> "ConnectionConfig":
        """See `Database`."""
        from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig

        config = ConnectionConfig()
        self.fill(config, password)
        return config

    @abstractmethod
    def fill(self, config: "ConnectionConfig", password: str) -> None:
        """Writes down how ml-metadata reaches it."""

    def reader(self, patient: bool = False) -> "MetadataStore":
        """See `Database`."""
        from pipeline.metadata.store import PatientStore

        return PatientStore(self, PATIENCE_SECONDS if patient else 0)

    def handle(self) -> "Metadata":
        """See `Database`."""
        from pipeline.metadata.handle import Handle

        return Handle(self, PATIENCE_SECONDS)

    def reach(self) -> None:
        """Passes a server that listens, as ml-metadata itself would wait for minutes.

        Raises:
          OSError: it does not.
        """
        if self.host:
            socket.create_connection((self.host, self.port), _REACH_SECONDS).close()
        else:
            with socket.socket(socket.AF_UNIX) as there:
                there.settimeout(_REACH_SECONDS)
                there.connect(self.socket)

    @abstractmethod
    def refusal(self, message: str, noise: str) -> str:
        """Returns why a connection was refused, in words.

        Args:
          message: of ml-metadata's error.
          noise: what its C++ code wrote to the standard error meanwhile.
        """

    @abstractmethod
    def lost(self, message: str) -> bool:
        """Returns whether an error of ml-metadata says that the connection is gone."""

    def encode(self, text: str) -> str:
        """Returns a text as ml-metadata's client has to be given it."""
        return text

    def decode(self, text: str) -> str:
        """Returns the text that `encode` was given."""
        return text
