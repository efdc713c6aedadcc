"""What every change begins with: the lock, what is in service, and the server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from components.errors import InputError
from pipeline.home import Home
from pipeline.quiet import in_quiet
from pipeline.releases import interrupted
from pipeline.releases.lock import locked
from pipeline.releases.model_server import ADDRESS, NO_SERVER, ModelServer, find_server
from pipeline.releases.models_config import read_release_of
from pipeline.releases.pushed import present_versions
from pipeline.serving_config.release import Release

_T = TypeVar("_T")


@dataclass(frozen=True)
class Opened:
    """A task's release, which nobody else changes meanwhile."""

    home: Home
    now: Release
    server: ModelServer | None
    no_server: str
    """Why there is none; empty where there is."""
    note: str
    """What became of a change that was interrupted; empty where none was."""

    def do(self, name: str, work: Callable[[], _T]) -> _T:
        """Returns what the work returns. Where a server is waited for, a spinner turns meanwhile.

        Raises:
          InputError: the work raised one.
          RunFailed: the work raised anything else, and a server is there.
        """
        return in_quiet(self.home, name, work) if self.server else work()


@contextmanager
def opened(home: Home, address: str | None) -> Iterator[Opened]:
    """Holds a task's release, and finds the server.

    Args:
      home: of the task.
      address: of the server; see `find_server`.

    Raises:
      InputError: nothing is in service, another change is being made, or the address is not that of
        a server of these versions.
    """
    read_release_of(home)
    with locked(home):
        server = find_server(address, home.task)
        if server:
            served = server.statuses().keys()
            if not served & {*present_versions(home)}:
                raise InputError(
                    f"{server.address} serves another {home.task}: its versions are "
                    f"{', '.join(map(str, sorted(served)))}, and none of them is in {home.serving}"
                )
        note = interrupted.settle(home)
        yield Opened(
            home, read_release_of(home), server, "" if server else _no_server(address), note
        )


def _no_server(address: str | None) -> str:
    return "none was to be asked" if address == NO_SERVER else f"none listens at {ADDRESS}"
