"""ML Metadata on MySQL or MariaDB."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.errors import InputError
from pipeline.metadata.server import Server

if TYPE_CHECKING:
    from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig

_LOST = (
    "Lost connection",
    "has gone away",
    "mysql_real_connect failed",
    "Server shutdown in progress",
    "Connection was killed",
)
_TLS = ("ssl_ca", "ssl_cert", "ssl_key")
_CHARACTERS = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
_EXACT, _OTHER_CASE = "mlmd.Dataset", "MLMD.DATASET"
"""A type that every store has, and one that none has."""


class MySQL(Server):
    """A database of MySQL or MariaDB, whose client in ml-metadata is the same."""

    scheme = "mysql"
    default_port = 3306
    default_socket = "/run/mysqld/mysqld.sock"
    password_variable = "MYSQL_PWD"
    valid_options = ("socket", *_TLS)

    @classmethod
    def socket_of(cls, options: Mapping[str, str], port: int) -> str:
        """See `Server`."""
        return options.get("socket", cls.default_socket)

    def fill(self, config: "ConnectionConfig", password: str) -> None:
        """See `Server`."""
        to = config.mysql
        if self.host:
            # The client takes `localhost` for a Unix socket in a place of its own choice.
            to.host = "127.0.0.1" if self.host == "localhost" else self.host
            to.port = self.port
        else:
            to.socket = self.socket
        to.user, to.password, to.database = self.user, password, self.database
        to.skip_db_creation = True
        for option in _TLS:
            if option in self.options:
                setattr(to.ssl_options, option.removeprefix("ssl_"), self.options[option])

    def check(self) -> None:
        """See `Server`; MySQL's usual collations take `Cat` for `cat`, in paths and in names."""
        from ml_metadata.errors import NotFoundError

        store = self.reader()
        store.get_artifact_type(_EXACT)
        try:
            store.get_artifact_type(_OTHER_CASE)
        except NotFoundError:
            return
        raise InputError(
            f"{self}: takes upper and lower case for the same; make the database anew: "
            f"DROP DATABASE {self.database}; CREATE DATABASE {self.database} {_CHARACTERS}"
        )

    def refusal(self, message: str, noise: str) -> str:
        """See `Server`; the client keeps to itself why a server that is there refuses it."""
        reason = message.rpartition("error: ")[2].strip().splitlines()
        if not reason:
            return (
                f"lets {self.user!r} not in: the password may be wrong, the account may need "
                "another plugin than mysql_native_password, or TLS"
            )
        if "Unknown database" in reason[0]:
            return f"{reason[0]}; make it: CREATE DATABASE {self.database} {_CHARACTERS}"
        return reason[0]

    def lost(self, message: str) -> bool:
        """See `Server`."""
        return any(words in message for words in _LOST)
