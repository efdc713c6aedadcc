"""What the user sees of a run; everything else goes to its log."""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner

NAME_WIDTH = 18


@contextmanager
def noise_to(log: Path) -> Iterator[Console]:
    """Sends all output of this process to a log file, that of C++ libraries included.

    Yields:
      A console that still writes to the terminal.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    terminal, errors = os.dup(1), os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        with os.fdopen(os.dup(terminal), "w") as stream:
            yield Console(file=stream, highlight=False, soft_wrap=True)
    finally:
        # The log may lie on a full disk; the user must be told of that, not of the log.
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os.dup2(terminal, 1)
        os.dup2(errors, 2)
        os.close(terminal)
        os.close(errors)


def shown(path: str | Path) -> str:
    """Returns a path in rich's markup, as short as it gets from the working directory."""
    path, here = Path(path), Path.cwd()
    return escape(str(path.relative_to(here) if path.is_relative_to(here) else path))


@dataclass(frozen=True)
class NodeTime:
    """How long a node took, in seconds, and whether its result came from the cache."""

    node: str
    seconds: float
    cached: bool


class Progress(logging.Handler):
    """Shows one line a node: its state, its time, and the last thing it said.

    Nodes speak through `logging.getLogger("progress")`.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self.times: list[NodeTime] = []
        self.node = ""
        self._console = console
        self._spinner = Spinner("dots")
        self._note = ""
        self._start = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator["Progress"]:
        """Listens and shows a spinner while the run goes on."""
        logger = logging.getLogger("progress")
        logger.setLevel(logging.INFO)
        logger.addHandler(self)
        # Left to itself, rich would catch what goes to the log and show it above the spinner.
        live = Live(
            self._spinner,
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        try:
            with live:
                yield self
        finally:
            logger.removeHandler(self)

    def started(self, node: str) -> None:
        """A node begins."""
        self.node, self._note, self._start = node, "", time.monotonic()
        self._spinner.update(text=node)

    def finished(self, node: str, cached: bool) -> None:
        """A node ended well."""
        entry = NodeTime(node, time.monotonic() - self._start, cached)
        self.times.append(entry)
        took = "[dim]cached [/]" if cached else f"{entry.seconds:5.1f} s"
        note = f"  [dim]{escape(self._note)}[/]" if self._note else ""
        self._console.print(f"[green]✓[/] {node:<{NAME_WIDTH}}{took}{note}")
        self._spinner.update(text="")

    @property
    def total(self) -> str:
        """Of the nodes that ended well, how many there are and how long they took together."""
        cached = sum(entry.cached for entry in self.times)
        seconds = sum(entry.seconds for entry in self.times)
        return f"{seconds:.1f} s in {len(self.times)} nodes, {cached} of them cached"

    def failed(self) -> None:
        """The node that began last ended badly."""
        self._console.print(f"[red]✗[/] {self.node:<{NAME_WIDTH}}[red]failed[/]")

    def emit(self, record: logging.LogRecord) -> None:
        """Shows what a node says of its progress."""
        self._note = record.getMessage()
        self._spinner.update(text=f"{self.node}  [dim]{escape(self._note)}[/]")
