"""Real database servers, each in a temporary folder, on loopback and a Unix socket."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import psutil
import pytest

PASSWORD = "p'w \\ ö=1%"
"""Has what breaks a quoting that is not done, or done twice."""
ESCAPED = "p%27w%20%5C%20%C3%B6%3D1%25"
_START_SECONDS = 60


class DatabaseServer(ABC):
    """A server whose user `tfx` may do everything in its databases."""

    account: str
    """Of the system, for where root runs the tests, as which these servers refuse to run."""
    programs: tuple[str, ...]
    package: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen | None = None
        self.install()
        self.start()
        self.allow()

    @classmethod
    def find(cls, name: str) -> str | None:
        """Returns the path of a program."""
        return shutil.which(name) or shutil.which(f"/usr/sbin/{name}")

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """Yields a server that is ended later; skips the test where it is not installed."""
        missing = [name for name in cls.programs if not cls.find(name)]
        if missing:
            pytest.skip(f"{' and '.join(missing)} not found; Debian: apt-get install {cls.package}")
        with tempfile.TemporaryDirectory(prefix="metadata-", dir="/tmp") as name:
            folder = Path(name)
            if os.geteuid() == 0:
                shutil.chown(folder, cls.account)
            server = cls(folder)
            try:
                yield server
            finally:
                server.stop()

    @abstractmethod
    def install(self) -> None:
        """Makes an empty server in its folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """Returns what serves in the foreground."""

    @abstractmethod
    def allow(self) -> None:
        """Lets the user in by password."""

    @abstractmethod
    def sql(self, statements: str, database: str = "") -> str:
        """Returns what statements print, done by the server's owner."""

    @abstractmethod
    def make(self, database: str, characters: str = "") -> str:
        """Makes a database; returns its URL, with the password."""

    @abstractmethod
    def copy(self, database: str, to: str) -> None:
        """Backs up a database, and brings it back into another one, as the documentation says."""

    def url(self, database: str, password: str = f":{ESCAPED}") -> str:
        """Returns the URL of a database by TCP."""
        return f"{self.scheme}://tfx{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts, and waits until the server answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = self._as_account(subprocess.Popen, self.command(), log)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.sql("SELECT 1")
                return
            except subprocess.CalledProcessError:
                said = (self.folder / "log").read_text(errors="replace")
                assert self._process.poll() is None, said
                assert time.monotonic() < deadline, said
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends the server, which cuts its connections."""
        self._process.send_signal(self.end)
        self._process.wait(_START_SECONDS)

    def kill(self) -> None:
        """Ends the server in the middle of whatever it does.

        All of its processes: those of PostgreSQL may answer once more before they see that the
        first of them is gone.
        """
        others = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for other in others:
            with suppress(psutil.NoSuchProcess):
                other.kill()
        self._process.wait(_START_SECONDS)
        psutil.wait_procs(others, _START_SECONDS)

    def run(self, command: list[str], **fields: object) -> str:
        """Returns what a program prints that the server's owner runs."""
        done = self._as_account(
            subprocess.run, command, subprocess.PIPE, check=True, text=True, **fields
        )
        return done.stdout

    def _as_account(self, call, command, output, **fields):
        if os.geteuid() == 0:
            fields |= {"user": self.account, "group": self.account, "extra_groups": []}
        return call(command, cwd=self.folder, stdout=output, stderr=subprocess.STDOUT, **fields)


class PostgreSQLServer(DatabaseServer):
    """Debian's `postgresql`."""

    account, programs, package = "postgres", ("initdb", "postgres", "psql"), "postgresql"
    scheme, end = "postgresql", 2  # SIGINT: it does not wait for its clients.

    @classmethod
    def find(cls, name: str) -> str | None:
        """Looks where Debian puts it, too."""
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        return str(versions[-1]) if versions else super().find(name)

    def install(self) -> None:
        """Only the owner of the process may come in without a password."""
        self.run(
            [
                self.find("initdb"), "--pgdata=data", "--username=owner", "--no-sync",
                "--auth-local=trust", "--auth-host=scram-sha-256",
                "--encoding=UTF8", "--locale=C.UTF-8",
            ]
        )  # fmt: skip

    def command(self) -> list[str]:
        """Writes to the disk when the system likes to."""
        return [
            self.find("postgres"), "-D", "data", "-p", str(self.port), "-k", str(self.folder),
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
        ]  # fmt: skip

    def allow(self) -> None:
        """See `DatabaseServer`."""
        quoted = PASSWORD.replace("'", "''")
        self.sql(f"CREATE USER tfx PASSWORD '{quoted}'")

    def sql(self, statements: str, database: str = "postgres") -> str:
        """See `DatabaseServer`."""
        to = ["-h", str(self.folder), "-p", str(self.port), "-U", "owner", "-d", database]
        return self.run([self.find("psql"), "-X", "-q", "-A", "-t", *to, "-c", statements])

    def make(self, database: str, characters: str = "ENCODING 'UTF8'") -> str:
        """See `DatabaseServer`."""
        self.sql(f"CREATE DATABASE {database} OWNER tfx {characters}")
        return self.url(database)

    def copy(self, database: str, to: str) -> None:
        """See `DatabaseServer`."""
        place = [f"--host={self.folder}", f"--port={self.port}", "--username=owner"]
        backup = ["--format=custom", "--file=ml.dump", *place, database]
        self.run([self.find("pg_dump"), *backup])
        self.run([self.find("pg_restore"), *place, f"--dbname={to}", "ml.dump"])

    def socket_url(self, database: str) -> str:
        """Returns the URL by the Unix socket."""
        return f"postgresql://tfx:{ESCAPED}@:{self.port}/{database}?host={self.folder}"


class MariaDBServer(DatabaseServer):
    """Debian's `mariadb-server`."""

    account, package = "mysql", "mariadb-server"
    programs = ("mariadb-install-db", "mariadbd", "mariadb")
    scheme, end = "mysql", 15

    def install(self) -> None:
        """See `DatabaseServer`."""
        self.run(
            [
                self.find("mariadb-install-db"), "--no-defaults", f"--datadir={self.folder}/data",
                "--skip-test-db", "--auth-root-authentication-method=normal",
            ]
        )  # fmt: skip

    def command(self) -> list[str]:
        """Takes no settings from the machine."""
        return [
            self.find("mariadbd"), "--no-defaults", f"--datadir={self.folder}/data",
            f"--socket={self.folder}/socket", f"--port={self.port}", "--bind-address=127.0.0.1",
            f"--pid-file={self.folder}/pid", "--innodb-flush-log-at-trx-commit=2",
        ]  # fmt: skip

    def allow(self) -> None:
        """See `DatabaseServer`."""
        quoted = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
        self.sql(f"CREATE USER tfx@'%' IDENTIFIED BY '{quoted}'")

    def sql(self, statements: str, database: str = "") -> str:
        """See `DatabaseServer`."""
        to = ["--no-defaults", f"--socket={self.folder}/socket", "--user=root", database]
        utf8 = "--default-character-set=utf8mb4"
        return self.run([self.find("mariadb"), *to, utf8, "-N", "-e", statements])

    def make(
        self, database: str, characters: str = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    ) -> str:
        """See `DatabaseServer`."""
        self.sql(f"CREATE DATABASE {database} {characters}; GRANT ALL ON {database}.* TO tfx@'%'")
        return self.url(database)

    def copy(self, database: str, to: str) -> None:
        """See `DatabaseServer`."""
        place = ["--no-defaults", f"--socket={self.folder}/socket", "--user=root"]
        backup = ["--single-transaction", "--result-file=ml.sql", database]
        self.run([self.find("mariadb-dump"), *place, *backup])
        with (self.folder / "ml.sql").open() as dump:
            self.run([self.find("mariadb"), *place, to], stdin=dump)

    def socket_url(self, database: str) -> str:
        """Returns the URL by the Unix socket."""
        return f"mysql://tfx:{ESCAPED}@/{database}?socket={self.folder}/socket"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
