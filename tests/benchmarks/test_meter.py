"""Steps are metered one by one, with the processes that they start."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from _meter import Meter, TreeMeter, descendants

MIB = 2**20
HOLDS = "import sys; held = b'1' * (100 * 2**20); print(flush=True); sys.stdin.read()"


@contextmanager
def held(code: str = HOLDS) -> Iterator[subprocess.Popen]:
    """A process that holds 100 MiB meanwhile, or runs another one that does."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        process.stdout.readline()
        yield process
        process.communicate()


def test_memory_is_the_peak_of_a_step_alone() -> None:
    """What one step took and gave back is not laid on the next."""
    meter = Meter()
    with meter.step("large"):
        large = np.ones(100 * MIB, np.uint8)
        del large
    with meter.step("small"):
        pass
    assert meter.costs["large"]["memory"] > meter.costs["small"]["memory"] + 90 * MIB


def test_processes_that_a_step_starts_count_while_they_live() -> None:
    meter = TreeMeter()
    with meter.step("alone"):
        pass
    with meter.step("two"), held():
        time.sleep(1)
    with meter.step("alone again"):
        time.sleep(0.5)
    costs = {name: cost["memory"] for name, cost in meter.costs.items()}
    assert costs["two"] > costs["alone"] + 90 * MIB
    assert costs["alone again"] < costs["alone"] + 50 * MIB


def test_children_of_children_are_descendants() -> None:
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDS!r}])"
    with held(nested) as process:
        found = descendants(process.pid)
        assert len(found) == 1
        assert process.pid not in found
