"""How long a task's run takes, uncached and cached, and what importing costs.

    .venv/bin/python benchmarks/run_time.py [TASK ...]

Runs happen in a temporary folder. Imports are timed in turn, each in a fresh process.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CACHED_RUNS = 3
IMPORT_ROUNDS = 5
IMPORTS = {
    "the command line": "import pipeline.__main__",
    "the DAG": "import pipeline.dag",
    "tfx.v1": "from tfx import v1",
}


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Returns the wall time of a command that must succeed."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def time_runs(task: str) -> dict[str, float]:
    """Runs a task uncached once, then cached several times; returns seconds."""
    with tempfile.TemporaryDirectory() as runs:
        environment = os.environ | {"PIPELINE_RUNS": runs}
        command = [sys.executable, "-m", "pipeline", "run", task]
        uncached = seconds(command, environment)
        cached = [seconds(command, environment) for _ in range(CACHED_RUNS)]
    return {"uncached": uncached, "cached": statistics.median(cached)}


def time_imports() -> dict[str, float]:
    """Returns the median seconds of each import, in a fresh process each time."""
    found: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(IMPORT_ROUNDS):
        for name, code in IMPORTS.items():
            found[name].append(seconds([sys.executable, "-c", code], dict(os.environ)))
    return {name: statistics.median(times) for name, times in found.items()}


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", default=["digits", "docstrings"])
    tasks = parser.parse_args().tasks
    imports = time_imports()
    runs = {task: time_runs(task) for task in tasks}
    for name, took in imports.items():
        print(f"import of {name:<20}{took:6.1f} s")
    for task, times in runs.items():
        for state, took in times.items():
            print(f"{task:<18}{state:<12}{took:6.1f} s")
    print(json.dumps({"benchmark": "run_time", "imports": imports, "runs": runs}))


if __name__ == "__main__":
    main()
