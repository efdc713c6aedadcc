"""Time and peak memory of every node, from ten thousand examples to a million.

    .venv/bin/python benchmarks/scale.py [--kind images|texts] [--sizes N ...] [--beam RUNNER ...]

For each size, small images or short texts are made by seed, and a task's DAG runs twice: on a first
span of 10,000, which brings a model into service, and in a fresh process on a second span of the
size, with its drift report and its baseline. The second run is what is measured: memory is that of
the process and of those that it starts, TensorFlow's included. A training is one epoch of a small
network that keeps no decoded examples in memory, as how many it keeps is the task's choice. All
sizes are read from the disk, where Linux lets us say so (root), as the largest would be anyway.

Bounds, from the second largest size to the largest: the exponent of the power law of time at most
1.05 for every node that takes ten seconds, and for all together; memory grown by a quarter at most.

`flink` takes a job server and a pool of workers; `python -m tests.flink.engine` starts both.
`--until` names the last node that is measured.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import _scale_data
import _tasks
from _meter import Costs, TreeMeter

from components.errors import InputError
from pipeline.home import PROJECT, Home
from pipeline.load import load_task
from pipeline.run_local import guarded
from pipeline.task import (
    Direct,
    Evaluation,
    Flink,
    ImageData,
    ImageFeatures,
    Model,
    Task,
    TextData,
    TextFeatures,
    TFLite,
    Training,
)

BENCHMARK = "scale"
SIZES = (10_000, 100_000, 1_000_000)
FIRST_SPAN = 10_000
MAX_EXPONENT, MAX_GROWTH = 1.05, 1.25
BOUNDED_FROM = 10.0
"""Seconds that a node takes at the largest size for its exponent to mean something."""
LAST = "TFLiteRewriter"
ALL = "all together"


class Kind(NamedTuple):
    """A kind of examples: how to make them, and what to make of them."""

    write: Callable[[Path, int, int], None]
    data: type[ImageData] | type[TextData]
    features: ImageFeatures | TextFeatures
    model: Model


KINDS = {
    "images": Kind(
        _scale_data.write_images,
        ImageData,
        ImageFeatures(height=_scale_data.SIDE, width=_scale_data.SIDE, channels=1),
        Model(name="residual_cnn", options={"width": 4}),
    ),
    "texts": Kind(
        _scale_data.write_texts,
        TextData,
        TextFeatures(length=12, vocabulary_size=10_000),
        Model(name="text_cnn", options={"embedding": 8, "filters": 8, "filter_embedding": 8}),
    ),
}


def make_task(kind: str, data: Path, runner: Direct | Flink) -> Task:
    """Returns the task of a kind.

    Args:
      kind: of `KINDS`.
      data: folder of the spans.
      runner: what Beam runs on.
    """
    made = KINDS[kind]
    return Task(
        name=f"scale_{kind}",
        data=made.data(path=str(data)),
        features=made.features,
        model=made.model,
        training=Training(epochs=1, batch_size=128, learning_rate=1e-2, cache_gib=0),
        # The data are made so that any model passes; what is measured is the way there.
        evaluation=Evaluation(min_accuracy=0.3, max_accuracy_drop=0.2, max_slice_drop=1.0),
        tflite=TFLite(variants=["float32", "int8"], max_accuracy_drop=0.2, min_agreement=0.5),
        beam=runner,
    )


def measure(
    kind: str, size: int, runners: Mapping[str, Direct | Flink], until: str, folder: Path
) -> dict[str, Costs]:
    """Returns what the nodes cost on each runner.

    Args:
      kind: of `KINDS`.
      size: examples of the span that is measured.
      runners: by the name that they have in the result.
      until: the last node that is measured.
      folder: empty; for the data and the runs.
    """
    data, runs, first = (folder / name for name in ("data", "runs", "first"))
    KINDS[kind].write(data / "span-1", FIRST_SPAN, 1)
    in_process(_tasks.write(make_task(kind, data, Direct()), folder), runs, LAST)
    runs.rename(first)
    KINDS[kind].write(data / "span-2", size, 2)
    costs = {}
    for name, runner in runners.items():
        # Artifacts are known by their paths, so every runner finds the first run at the same one.
        shutil.copytree(first, runs)
        from_disk()
        costs[name] = in_process(_tasks.write(make_task(kind, data, runner), folder), runs, until)
        shutil.rmtree(runs)
    return costs


def in_process(task_file: Path, runs: Path, until: str) -> Costs:
    """Runs a task's DAG in a fresh process; ends this one where it fails."""
    command = [sys.executable, __file__, "--only", str(task_file), str(runs), "--until", until]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"a run ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def run(task_file: Path, runs: Path, until: str) -> Costs:
    """Runs a task's DAG in this process; returns what its nodes cost."""
    from _up_to import RunnerUpTo

    from pipeline.dag import create_pipeline

    task, meter = load_task(str(task_file)), TreeMeter()
    home = Home(task.name, runs)
    pipeline = create_pipeline(task, home)
    RunnerUpTo(until, meter, home.metadata).run(pipeline)
    return meter.costs


def from_disk() -> bool:
    """Lets Linux forget the files that it has in memory; returns whether it was allowed to."""
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


def with_total(costs: Costs) -> Costs:
    """Adds a line of all nodes together: their seconds, and the highest memory."""
    seconds = sum(cost["seconds"] for cost in costs.values())
    memory = max(cost["memory"] for cost in costs.values())
    return costs | {ALL: {"seconds": seconds, "memory": memory}}


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Returns the exponent of the power law through the values of the two largest sizes."""
    (small, large), (low, high) = sizes[-2:], values[-2:]
    return math.log(high / low) / math.log(large / small)


def breaches(sizes: Sequence[int], costs: Sequence[Costs]) -> list[str]:
    """Returns which bounds do not hold, in words; nothing where there is one size only.

    Args:
      sizes: in ascending order.
      costs: of each size, with the line of all together.
    """
    if len(sizes) < 2:
        return []
    found = []
    for node, largest in costs[-1].items():
        slope = exponent(sizes, [of[node]["seconds"] for of in costs])
        if largest["seconds"] >= BOUNDED_FROM and slope > MAX_EXPONENT:
            found.append(f"{node}: time grows with the {slope:.2f}th power")
        growth = largest["memory"] / costs[-2][node]["memory"]
        if growth > MAX_GROWTH:
            found.append(f"{node}: memory grows to {growth:.2f} times")
    return found


def table(sizes: Sequence[int], costs: Sequence[Costs]) -> str:
    """Returns a line a node: seconds and MiB at each size, and how both grow in the end."""
    lines = [f"{'':<18}" + "".join(f"{size:>18,}" for size in sizes)]
    lines.append(f"{'':<18}" + f"{'s':>10}{'MiB':>8}" * len(sizes) + f"{'exponent':>10}{'MiB':>7}")
    for node in costs[-1]:
        cells = [of[node] for of in costs]
        line = "".join(f"{cell['seconds']:10.1f}{cell['memory'] / 2**20:8.0f}" for cell in cells)
        if len(sizes) > 1:
            slope = exponent(sizes, [cell["seconds"] for cell in cells])
            line += f"{slope:10.2f}{cells[-1]['memory'] / cells[-2]['memory']:6.2f}×"
        lines.append(f"{node:<18}{line}")
    return "\n".join(lines)


def main() -> None:
    """Prints a table for each runner, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="images")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="ascending")
    parser.add_argument("--beam", nargs="+", default=["in_memory"], help="Direct's modes, or flink")
    parser.add_argument("--job-server", default="localhost:8099", help="of flink")
    parser.add_argument("--worker-pool", default="localhost:50000", help="of flink")
    parser.add_argument("--until", default=LAST, help="the last node")
    parser.add_argument("--in", dest="folder", type=Path, help="an empty folder on a roomy disk")
    parser.add_argument("--only", nargs=2, type=Path, help="one run, in this process, as JSON")
    options = parser.parse_args()
    if options.only:
        print(json.dumps(run(*options.only, options.until)))
        return
    if sorted(set(options.sizes)) != list(options.sizes):
        raise InputError(f"--sizes {options.sizes}: must be ascending")
    flink = Flink(job_server=options.job_server, parallelism=2, worker_pool=options.worker_pool)
    runners = {name: flink if name == "flink" else Direct(mode=name) for name in options.beam}

    found: dict[str, list[Costs]] = {name: [] for name in runners}
    for size in options.sizes:
        with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
            costs = measure(options.kind, size, runners, options.until, Path(temporary))
        for name, of_runner in costs.items():
            found[name].append(with_total(of_runner))
            print(f"{name}: {size:,} {options.kind} done", file=sys.stderr, flush=True)
    for name, of_sizes in found.items():
        print(f"{options.kind}, Beam {name}")
        print(table(options.sizes, of_sizes))
        print(f"input read from the disk: {from_disk()}")
        for breach in (complaints := breaches(options.sizes, of_sizes)):
            print(f"beyond its bound: {breach}")
        print(f"within the bounds: {not complaints}\n")
    holds = {name: not breaches(options.sizes, of_sizes) for name, of_sizes in found.items()}
    print(
        json.dumps(
            {
                "benchmark": BENCHMARK,
                "kind": options.kind,
                "sizes": options.sizes,
                "costs": found,
                "holds": holds,
            }
        )
    )


if __name__ == "__main__":
    sys.exit(guarded(main))
