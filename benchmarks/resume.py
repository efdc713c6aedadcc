"""What a kill costs: a training killed at 60 % and started again, against one left alone.

    .venv/bin/python benchmarks/resume.py [--task TASK] [--epochs N] [--images N]

Runs the task's DAG to its end in an empty folder. In another it kills the run and all it started
(SIGKILL) when the Trainer has done 60 % of its epochs, a part of an epoch included, at the pace of
those before it; then it runs the same again, to the end. The Trainer's time is that of its node,
which in the killed run ends with the kill. Bounds: accuracy on the test split within 0.5 points,
the Trainer's time within 15 %. Without arguments: `cifar10_quick`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _tasks
import numpy as np

from pipeline.home import Home
from pipeline.run_local import guarded
from pipeline.task import Task

BENCHMARK = "resume"
KILLED_AT = 0.6
MAX_POINTS, MAX_SLOWER = 0.5, 0.15
LOOKED_EVERY = 0.02


def epochs_done(trainer: Path) -> list[dict[str, Any]]:
    """Returns the figures of the epochs that the Trainer has kept for a restart.

    Args:
      trainer: the folder of the node's output.
    """
    backups = list(trainer.glob(".backup/*.npz"))
    if not backups:
        return []
    with np.load(backups[0]) as arrays:
        return json.loads(str(arrays["about"]))["epochs"]


def rest_of_epochs(seconds: list[float], epochs: float) -> float:
    """Returns how many seconds are left of so many epochs, which need not be whole.

    Args:
      seconds: what each epoch so far took; the first, in which TensorFlow builds its graphs, is no
        measure of the pace where there are others.
      epochs: at least as many as there are.
    """
    pace = seconds[1:] or seconds
    return (epochs - len(seconds)) * sum(pace) / len(pace)


def kill_in_training(process: subprocess.Popen[str], home: Home, epochs: float) -> float:
    """Kills a run's process group after so many epochs of its Trainer, at least one.

    Args:
      process: the run, just started.
      home: where it runs; empty before.
      epochs: need not be whole.

    Returns:
      Seconds from the start of the Trainer to the kill.
    """

    def wait_for(condition: Callable[[], bool]) -> None:
        while not condition():
            if process.poll() is not None:
                sys.exit(f"the run ended before it could be killed:\n{process.communicate()[0]}")
            time.sleep(LOOKED_EVERY)

    trainer = home.artifacts / "Trainer"
    wait_for(trainer.exists)
    began = time.perf_counter()
    wait_for(lambda: len(epochs_done(trainer)) >= max(1, int(epochs)))
    seconds = [epoch["seconds"] for epoch in epochs_done(trainer)]
    time.sleep(max(0.0, rest_of_epochs(seconds, epochs)))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return time.perf_counter() - began


def run_disturbed(task: Task, task_file: Path, runs: Path) -> tuple[float, _tasks.Run]:
    """Runs a DAG, kills it in the Trainer, and runs it again.

    Returns:
      Seconds of the Trainer before the kill; both runs as one, the Trainer's time alike.
    """
    began = time.perf_counter()
    process = _tasks.start(task_file, runs)
    before = kill_in_training(process, Home(task.name, runs), KILLED_AT * task.training.epochs)
    rest = _tasks.finish(_tasks.start(task_file, runs))
    nodes = rest.nodes | {"Trainer": before + rest.nodes["Trainer"]}
    return before, _tasks.Run(time.perf_counter() - began, nodes, rest.accuracy)


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="cifar10_quick", help="its name, or its file")
    parser.add_argument("--epochs", type=int, help="instead of the task's own")
    parser.add_argument("--images", type=int, help="use so many of the data's files only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        task = _tasks.load(BENCHMARK, options.task, options.images, folder, options.epochs)
        if task is None:
            return
        task_file = _tasks.write(task, folder)
        alone = _tasks.finish(_tasks.start(task_file, folder / "alone"))
        before, killed = run_disturbed(task, task_file, folder / "killed")

    times = {
        "Trainer": (alone.nodes["Trainer"], killed.nodes["Trainer"]),
        "whole DAG": (alone.seconds, killed.seconds),
    }
    points = 100 * (killed.accuracy - alone.accuracy)
    slower = killed.nodes["Trainer"] / alone.nodes["Trainer"] - 1
    holds = abs(points) <= MAX_POINTS and slower <= MAX_SLOWER
    title = f"{task.name}, epochs: {task.training.epochs}"
    print(f"{title:<30}{'left alone':>12}{'killed':>12}{'change':>12}")
    print(f"{'test accuracy':<30}{alone.accuracy:12.4f}{killed.accuracy:12.4f}{points:+9.2f} pt")
    for name, (first, second) in times.items():
        change = 100 * (second / first - 1)
        print(f"{name + ', s':<30}{first:12.1f}{second:12.1f}{change:+10.1f} %")
    print(f"killed {before:.1f} s into the Trainer; within 0.5 points and 15 %: {holds}")
    print(
        json.dumps(
            {
                "benchmark": BENCHMARK,
                "task": task.name,
                "epochs": task.training.epochs,
                "accuracy": (alone.accuracy, killed.accuracy),
                "seconds": times,
                "killed_after_seconds": before,
                "points": points,
                "slower": slower,
                "holds": holds,
            }
        )
    )


if __name__ == "__main__":
    sys.exit(guarded(main))
