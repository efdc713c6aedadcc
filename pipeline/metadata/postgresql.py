"""ML Metadata on PostgreSQL."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from components.errors import InputError
from pipeline.configuration import one_of
from pipeline.metadata.server import Server
from pipeline.metadata.url import Parts

if TYPE_CHECKING:
    from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig

_PLAIN = ("disable", "allow", "prefer")
_SOURCE = "PostgreSQL metadata source error:"
_MARK = "\ue05c"
"""Of the Private Use Area; stands where a backslash was."""


class PostgreSQL(Server):
    """A database of PostgreSQL; without a password libpq also looks into ~/.pgpass."""

    scheme = "postgresql"
    default_port = 5432
    default_socket = "/var/run/postgresql"
    password_variable = "PGPASSWORD"
    valid_options = ("host", "passfile", "sslmode")

    @classmethod
    def at(cls, parts: Parts) -> Self:
        """See `Server`."""
        mode = parts.options.get("sslmode", _PLAIN[0])
        if mode not in _PLAIN:
            raise InputError(
                f"{parts.shown}: sslmode = {mode!r}{one_of(mode, _PLAIN)}: the PostgreSQL client "
                "in ml-metadata is built without TLS; reach a distant server through a tunnel"
            )
        return super().at(parts)

    @classmethod
    def socket_of(cls, options: Mapping[str, str], port: int) -> str:
        """See `Server`; the option `host` is a folder, as in libpq."""
        return f"{options.get('host', cls.default_socket)}/.s.PGSQL.{port}"

    def fill(self, config: "ConnectionConfig", password: str) -> None:
        """See `Server`."""
        to = config.postgresql
        to.host = _quoted(self.host or self.socket.rpartition("/")[0])
        to.port = str(self.port)
        to.user = _quoted(self.user)
        to.dbname = self.database
        to.skip_db_creation = True
        if password:
            to.password = _quoted(password)
        if "passfile" in self.options:
            to.passfile = _quoted(self.options["passfile"])

    def refusal(self, message: str, noise: str) -> str:
        """See `Server`."""
        said = re.search(r"PostgreSQL error: (?:FATAL:\s+)?(.+)", noise)
        reason = said[1] if said else message.removeprefix(_SOURCE).strip().splitlines()[0]
        if "does not exist" in reason and "database" in reason:
            reason += f"; make it: CREATE DATABASE {self.database} ENCODING 'UTF8'"
        if "permission denied for schema" in reason:
            reason += f"; make it theirs: ALTER DATABASE {self.database} OWNER TO {self.user}"
        return reason

    def lost(self, message: str) -> bool:
        """See `Server`; a statement that fails on a living connection has an `ERROR`."""
        return _SOURCE in message and "ERROR:" not in message

    def encode(self, text: str) -> str:
        """Returns a text without backslashes, with which ml-metadata makes broken SQL.

        It takes the quotes off libpq's literals and puts them on again, which fails where the
        literal is of the form E'…'. A backslash becomes U+E05C and `b`, U+E05C itself gets an `e`.
        """
        return text.replace(_MARK, _MARK + "e").replace("\\", _MARK + "b")

    def decode(self, text: str) -> str:
        """See `Server`."""
        return text.replace(_MARK + "b", "\\").replace(_MARK + "e", _MARK)


def _quoted(value: str) -> str:
    """Returns a value of libpq's connection strings, into which ml-metadata puts it as it is."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
