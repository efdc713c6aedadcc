"""What the DAG costs: a whole run against the same training as a bare Keras script.

    .venv/bin/python benchmarks/bare_keras.py [--task TASK] [--epochs N] [--images N]

The script (`_bare_script.py`) does the same training with input of its own, evaluates after each
epoch and on the test images in the end, and saves a SavedModel. The DAG adds to that: statistics,
the gate on the data, the drift report, the evaluation by classes, TFLite models. Each runs in a
fresh process, the DAG in an empty folder and first; the files have been read once before. Bound:
the DAG takes at most 1.25 times the wall time; where other jobs share the machine, the ratio of CPU
times tells more. Without arguments: `cifar10`.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _tasks

from components.errors import InputError
from pipeline.home import PROJECT, data_path
from pipeline.run_local import guarded

BENCHMARK = "bare_keras"
BOUND = 1.25
SCRIPT = Path(__file__).with_name("_bare_script.py")


def run_script(task_file: Path, saved_model: Path) -> dict[str, float]:
    """Runs the bare script in a fresh process; ends this one where it fails."""
    command = [sys.executable, str(SCRIPT), str(task_file), str(saved_model)]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"the script ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return {"seconds": seconds, "accuracy": float(done.stdout.splitlines()[-1])}


def cpu_seconds() -> float:
    """Returns the CPU time of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="cifar10", help="of images: its name, or its file")
    parser.add_argument("--epochs", type=int, help="instead of the task's own")
    parser.add_argument("--images", type=int, help="use so many of the images only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        task = _tasks.load(BENCHMARK, options.task, options.images, folder, options.epochs)
        if task is None:
            return
        if task.data.kind != "image" or task.training.class_weights:
            raise InputError(f"{task.name}: must be a task of images, without class weights")
        task_file = _tasks.write(task, folder)
        for path in data_path(task.data.path).rglob("*"):
            if path.is_file():
                path.read_bytes()
        marks = [cpu_seconds()]
        run = _tasks.finish(_tasks.start(task_file, folder / "runs"))
        marks.append(cpu_seconds())
        sides = {
            "whole DAG": {"seconds": run.seconds, "accuracy": run.accuracy},
            "bare script": run_script(task_file, folder / "saved_model"),
        }
        marks.append(cpu_seconds())
    for side, begin, end in zip(sides.values(), marks, marks[1:], strict=False):
        side["cpu_seconds"] = end - begin
    ratio = sides["whole DAG"]["seconds"] / sides["bare script"]["seconds"]
    cpu_ratio = sides["whole DAG"]["cpu_seconds"] / sides["bare script"]["cpu_seconds"]
    title = f"{task.name}, epochs: {task.training.epochs}"
    print(f"{title:<24}{'wall time, s':>14}{'CPU time, s':>14}{'test accuracy':>16}")
    for name, found in sides.items():
        figures = f"{found['seconds']:>14.1f}{found['cpu_seconds']:>14.1f}"
        print(f"{name:<24}{figures}{found['accuracy']:>16.4f}")
    print(f"{'ratio':<24}{ratio:>14.3f}{cpu_ratio:>14.3f}")
    print(f"bound {BOUND}, of wall time; in the DAG the Trainer took {run.nodes['Trainer']} s")
    print(
        json.dumps(
            {
                "benchmark": BENCHMARK,
                "task": task.name,
                "epochs": task.training.epochs,
                "sides": sides,
                "nodes": run.nodes,
                "ratio": ratio,
                "cpu_ratio": cpu_ratio,
                "holds": ratio <= BOUND,
            }
        )
    )


if __name__ == "__main__":
    sys.exit(guarded(main))
