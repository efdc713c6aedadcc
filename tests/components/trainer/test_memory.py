"""What is available is the least of what the machine has and what its container allows."""

from pathlib import Path

import pytest

from components.trainer.memory import available_bytes

GIB = 2**30
MACHINE = {"proc/meminfo": f"MemTotal: 999 kB\nMemAvailable:   {8 * GIB // 1024} kB\n"}
SECOND = "sys/fs/cgroup"
FIRST = "sys/fs/cgroup/memory"


def container(limit: str) -> dict[str, str]:
    return {
        f"{SECOND}/memory.max": f"{limit}\n",
        f"{SECOND}/memory.current": f"{3 * GIB}\n",
        f"{SECOND}/memory.stat": f"anon 5\ninactive_file {GIB}\n",
    }


def old_container(limit: int) -> dict[str, str]:
    return {
        f"{FIRST}/memory.limit_in_bytes": f"{limit}\n",
        f"{FIRST}/memory.usage_in_bytes": f"{3 * GIB}\n",
        f"{FIRST}/memory.stat": f"cache 5\ntotal_inactive_file {GIB}\n",
    }


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (MACHINE, 8 * GIB),
        (MACHINE | container("max"), 8 * GIB),
        (MACHINE | container(str(4 * GIB)), 2 * GIB),
        (MACHINE | container(str(64 * GIB)), 8 * GIB),
        (MACHINE | container(str(GIB)), 0),
        (MACHINE | old_container(4 * GIB), 2 * GIB),
        (MACHINE | old_container(2**63 - 4096), 8 * GIB),
        ({}, 2 * GIB),
    ],
)
def test_the_least_counts(tmp_path, files, expected):
    for name, text in files.items():
        path: Path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert available_bytes(str(tmp_path)) == expected


def test_this_machine_has_some():
    assert available_bytes() > 2**20
