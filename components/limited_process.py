"""Runs a module in a process of its own, with a memory limit and a deadline.

TensorFlow Lite's converter and interpreter are C++ that may abort the process, take all the
machine's memory, or not end. In a child none of that harms the run.

The child starts here, too, as `python -m components.limited_process BYTES MODULE ARGUMENT…`, and
limits itself before the module imports anything: a function between fork and exec is not safe in a
parent with threads.
"""

import ctypes
import os
import re
import resource
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence

from components.source_hash import ROOT

OUT_OF_MEMORY = re.compile(
    r"bad_alloc|MemoryError|[Cc]annot allocate memory|[Oo]ut of memory|OOM when allocating"
    r"|failed to map segment|pthread_create\(\) failed"
)
"""What the loader, Python, C++, LLVM and TensorFlow say when an allocation fails."""

TELLING = re.compile(r"error|fatal|check failed|exception", re.IGNORECASE)
CHATTER = re.compile(r"(INFO|WARNING|[IW]\d{4}|\d{4}-\d\d-\d\d \S+ [IW])\b")
"""How lines begin that C++ libraries log without anything being wrong."""
LONGEST_REASON = 160
"""Characters."""
_UNLIMITED = 0


class ProcessFailed(Exception):
    """A limited process did not end well; the message is the reason in one line."""


def command(module: str, arguments: Sequence[str], memory_bytes: int | None = None) -> list[str]:
    """Returns what runs a module in a child that ends when its parent does.

    Args:
      module: dotted name under the project's root.
      arguments: what the module finds in `sys.argv[1:]`.
      memory_bytes: limit of the child's address space (RLIMIT_AS); None sets no limit.
    """
    return [sys.executable, "-m", __name__, str(memory_bytes or _UNLIMITED), module, *arguments]


def environment() -> dict[str, str]:
    """Returns the variables of a child: it finds the project, and no GPU."""
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    # A GPU driver reserves more address space than any sensible limit.
    return os.environ | {"PYTHONPATH": python_path, "CUDA_VISIBLE_DEVICES": "-1"}


def run_limited(
    module: str, arguments: Sequence[str], memory_bytes: int, deadline_seconds: float
) -> None:
    """Runs `python -m module arguments…` in a child, without a GPU, and waits for it.

    Args:
      module: dotted name under the project's root.
      arguments: what the module finds in `sys.argv[1:]`.
      memory_bytes: limit of the child's address space (RLIMIT_AS). TensorFlow's libraries alone
        take about 2.7 GiB of it.
      deadline_seconds: wall time after which the child is killed.

    Raises:
      ProcessFailed: the child raised, was ended by a signal, or passed a limit.
    """
    try:
        child = subprocess.run(
            command(module, arguments, memory_bytes),
            env=environment(),
            capture_output=True,
            timeout=deadline_seconds,
        )
    except subprocess.TimeoutExpired:
        raise ProcessFailed(f"not done within {deadline_seconds:g} s") from None
    if child.returncode != 0:
        output = child.stderr.decode(errors="replace")
        raise ProcessFailed(reason(child.returncode, output, memory_bytes))


def reason(returncode: int, output: str, memory_bytes: int | None = None) -> str:
    """Returns in one line why a child ended, from its exit code and what it said."""
    if OUT_OF_MEMORY.search(output):
        limit = f" (limit {memory_bytes / 2**30:.3g} GiB)" if memory_bytes else ""
        return f"out of memory{limit}"
    lines = [line.strip() for line in output.splitlines()]
    lines = [line for line in lines if line and not CHATTER.match(line)]
    telling = [line for line in lines if TELLING.search(line)] or lines
    said = telling[-1][:LONGEST_REASON] if telling else "without a message"
    if returncode < 0:
        return f"aborted by {signal.Signals(-returncode).name}: {said}"
    return said


def _main(memory_bytes: str, module: str, *arguments: str) -> None:
    if int(memory_bytes) != _UNLIMITED:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = int(memory_bytes) if hard == resource.RLIM_INFINITY else min(int(memory_bytes), hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if sys.platform == "linux":
        # A run that is killed takes its children with it.
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except Exception as error:
        traceback.print_exc()
        sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
