"""What benchmarks do with tasks: look for their data, cut them down, run them in a place apart."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from pipeline.home import PROJECT, RUNS_VARIABLE, data_path
from pipeline.load import load_task
from pipeline.task import Task
from pipeline.workplace import make_data

_NODE = re.compile(r"^✓ (\w+)\s+([\d.]+) s", re.MULTILINE)
_EVALUATION = re.compile(r"^eval +(\S.*)/[^/]+$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """What a whole run of a task came to."""

    seconds: float
    """Wall time."""
    nodes: dict[str, float]
    """Wall time of the nodes by name; cached ones are left out."""
    accuracy: float
    """On the test split, in 0..1."""


def load(
    benchmark: str, name: str, images: int | None, folder: Path, epochs: int | None = None
) -> Task | None:
    """Loads a task for a benchmark and makes its data ready, of which there may be fewer.

    Args:
      benchmark: the name that the JSON line has.
      name: of a task, or the path of its file.
      images: how many of the files to keep; None keeps the task's own folder.
      folder: where a smaller folder may be written.
      epochs: to train; None keeps the task's own.

    Returns:
      The task; None where the data are not there, after saying so in words and in JSON.

    Raises:
      InputError: there is no such task.
    """
    task = load_task(name)
    try:
        make_data(task)
    except InputError as error:
        print(f"skipped {task.name}: {error}")
        print(json.dumps({"benchmark": benchmark, "task": task.name, "skipped": str(error)}))
        return None
    if epochs:
        task = task.replace(training=task.training.replace(epochs=epochs))
    return task if images is None else cut_down(task, images, folder / "data")


def cut_down(task: Task, files: int, folder: Path) -> Task:
    """Copies some of a task's files, the same share of each folder's, and returns a task of them.

    Args:
      task: its data are a folder of examples, one a file.
      files: how many, about; at least one of each folder.
      folder: does not exist yet.

    Raises:
      InputError: the data are a single file.
    """
    source = data_path(task.data.path)
    if not source.is_dir():
        raise InputError(f"data.path = {task.data.path!r}: must be a folder to take a part of it")
    paths = sorted(path for path in source.rglob("*") if path.is_file())
    share = min(1.0, files / len(paths))
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        by_folder.setdefault(path.parent, []).append(path)
    for group in by_folder.values():
        for path in group[: max(1, round(share * len(group)))]:
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return task.replace(data=task.data.replace(path=str(folder)))


def write(task: Task, folder: Path) -> Path:
    """Writes a task's file, which `python -m pipeline run` takes in place of a name."""
    path = folder / f"{task.name}.py"
    path.write_text(f"from pipeline.task import *\n\nTASK = {task!r}\n")
    return path


def start(task_file: Path, runs: Path) -> subprocess.Popen[str]:
    """Starts a task's whole DAG in a fresh process that leads a process group.

    Args:
      task_file: as `write` returns it.
      runs: the folder that takes the place of `runs/`.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", str(task_file)],
        cwd=PROJECT,
        env=os.environ | {RUNS_VARIABLE: str(runs)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> Run:
    """Waits for a whole run; ends this process where it fails."""
    began = time.perf_counter()
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        sys.exit(f"a run of the DAG ended with {process.returncode}:\n{output}")
    return read(output, seconds)


def read(output: str, seconds: float) -> Run:
    """Reads what a run printed, and the evaluation that it names."""
    nodes = {node: float(took) for node, took in _NODE.findall(output)}
    gate = json.loads((PROJECT / _EVALUATION.search(output)[1] / "gate.json").read_text())
    return Run(seconds, nodes, gate["decision"]["overall"]["accuracy"]["value"])
