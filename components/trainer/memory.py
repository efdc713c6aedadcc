"""How much memory this process may still take: what the machine has free, and its container allows.

Read from Linux's own files; psutil would know nothing of the container.
"""

from pathlib import Path

# Where nothing can be asked.
_ASSUMED = 2 * 2**30
_UNLIMITED = 2**60
# Limit, use, and the name in `memory.stat` of the file cache that is given back when needed.
_CGROUPS = (
    ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    (
        "sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)


def available_bytes(root: str = "/") -> int:
    """Returns the lesser of the machine's available memory and what the control group has left.

    Args:
      root: where `proc` and `sys` lie.

    Returns:
      Bytes; 2 GiB on a system that has no such files.
    """
    found = [
        value
        for value in (_machine(Path(root)), *(_group(Path(root), *names) for names in _CGROUPS))
        if value is not None
    ]
    return min(found, default=_ASSUMED)


def _machine(root: Path) -> int | None:
    try:
        text = (root / "proc/meminfo").read_text()
    except OSError:
        return None
    sizes = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    if "MemAvailable" not in sizes:
        return None
    return int(sizes["MemAvailable"].split()[0]) * 1024


def _group(root: Path, folder: str, limit: str, use: str, cache: str) -> int | None:
    """Reads the control group that a container sees as its root; the first is of version 2."""
    try:
        allowed = (root / folder / limit).read_text().strip()
        used = int((root / folder / use).read_text())
        stat = (root / folder / "memory.stat").read_text()
    except OSError:
        return None
    if allowed == "max" or int(allowed) >= _UNLIMITED:
        return None
    given_back = next(
        (int(line.split()[1]) for line in stat.splitlines() if line.split()[0] == cache), 0
    )
    return max(0, int(allowed) - used + given_back)
