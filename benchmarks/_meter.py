"""Measures the steps of a process: their wall time, and the most memory that they take."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Costs = dict[str, dict[str, float]]
"""By step, `seconds`, and in bytes the peak of `memory` meanwhile."""
_LOOK_EVERY = 0.2


class Meter:
    """Measures steps that follow each other; also what a runner tells of its nodes."""

    def __init__(self) -> None:
        self.costs: Costs = {}
        self._began = 0.0

    def started(self, node: str) -> None:
        """A step begins. Linux forgets the highest resident size of this process."""
        Path("/proc/self/clear_refs").write_text("5")
        self._began = time.perf_counter()

    def finished(self, node: str, cached: bool = False) -> None:
        """The step ended."""
        seconds = time.perf_counter() - self._began
        self.costs[node] = {"seconds": seconds, "memory": self.peak()}

    def peak(self) -> int:
        """Returns the highest memory since the step began, in bytes."""
        return peak_bytes()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measures a block."""
        self.started(name)
        yield
        self.finished(name)


class TreeMeter(Meter):
    """Counts the processes that this one starts, too; it looks five times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._peak = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def started(self, node: str) -> None:
        """See Meter."""
        super().started(node)
        self._peak = 0

    def peak(self) -> int:
        """Returns the highest memory of all of them together; what they share counts once."""
        return max(super().peak(), self._peak)

    def _watch(self) -> None:
        while True:
            children = descendants(os.getpid())
            if children:
                own = _field(Path("/proc/self/status"), "VmRSS")
                self._peak = max(self._peak, own + sum(map(_proportional_bytes, children)))
            time.sleep(_LOOK_EVERY)


def peak_bytes() -> int:
    """Returns the highest resident size of this process since it was last forgotten."""
    return _field(Path("/proc/self/status"), "VmHWM")


def descendants(process: int) -> list[int]:
    """Returns the ids of the processes that a process started, and of those that these did."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name of the program stands in brackets and may hold any of them.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found = parents.get(process, [])
    for child in found:
        found.extend(parents.get(child, []))
    return found


def _proportional_bytes(process: int) -> int:
    """Returns a process's memory, of which it shares some; 0 once it is gone."""
    try:
        return _field(Path(f"/proc/{process}/smaps_rollup"), "Pss")
    except OSError:
        return 0


def _field(path: Path, name: str) -> int:
    """Returns a size in bytes that one of Linux's own files gives in KiB; 0 where it has none."""
    fields = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
    return 1024 * int(fields[name].split()[0]) if name in fields else 0
