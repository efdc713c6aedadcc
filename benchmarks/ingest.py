"""What it takes to get images ready for training, beside the stock TFX way.

    .venv/bin/python benchmarks/ingest.py [--images N] [--task TASK]

Ours is the task's DAG up to Transform. The stock way does as TFX's MNIST example
(tfx/examples/mnist): TFRecords of `tf.Example` that hold the pixels as floats, written beforehand,
then ImportExampleGen, StatisticsGen, SchemaGen, ExampleValidator and a Transform that scales the
pixels and writes them again, all with their defaults. Both ways run under the same runner, with the
same Beam arguments, on the same files, each in a fresh process, whose memory is meant; the `sdist`
of itself that TFX builds beside it for every Beam node is left out. Bounds: ExampleGen,
StatisticsGen and Transform of the 60,000 images of CIFAR-10 within 90 s together and 4 GiB. Without
arguments: all images of `cifar10`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import _tasks
from _meter import Costs, Meter

from components.errors import InputError
from pipeline.home import PROJECT, Home, data_path
from pipeline.load import load_task
from pipeline.run_local import guarded
from pipeline.task import Task

BENCHMARK = "ingest"
BOUNDED = ("ExampleGen", "StatisticsGen", "Transform")
MAX_SECONDS, MAX_BYTES = 90, 4 * 2**30
RECORDS = "TFRecords of floats"


def disk_bytes(folder: Path) -> int:
    """Returns the size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure_ours(task: Task, home: Home, meter: Meter) -> None:
    """Runs the task's DAG up to Transform."""
    from _up_to import RunnerUpTo

    from pipeline.dag import create_pipeline

    RunnerUpTo("Transform", meter, home.metadata).run(create_pipeline(task, home))


def measure_stock(task: Task, home: Home, meter: Meter) -> None:
    """Writes the pixels as floats, then runs the DAG of the MNIST example up to Transform."""
    from _stock_tfx import create_stock_pipeline, write_records

    from pipeline.dag import create_pipeline
    from pipeline.runner import ObservedDagRunner

    records = home.artifacts / RECORDS
    with meter.step(RECORDS):
        write_records(task, records)
    arguments = create_pipeline(task, home).beam_pipeline_args
    ObservedDagRunner(meter, home.metadata).run(create_stock_pipeline(home, records, arguments))


WAYS = {"ours": measure_ours, "stock TFX": measure_stock}


def measure(way: str, task_file: Path, runs: Path) -> Costs:
    """Runs one way in a fresh process; ends this one where it fails."""
    command = [sys.executable, __file__, "--task", str(task_file), "--only", way, "--in", str(runs)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the way {way!r} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def total(costs: Costs, steps: tuple[str, ...]) -> dict[str, float]:
    """Adds up seconds and disk of some steps, and takes the highest memory."""
    chosen = [costs[step] for step in steps]
    return {
        "seconds": sum(cost["seconds"] for cost in chosen),
        "memory": max(cost["memory"] for cost in chosen),
        "disk": sum(cost["disk"] for cost in chosen),
    }


def table(costs: Mapping[str, Costs]) -> str:
    """Returns a line a step, and for each way its seconds, memory and disk in MiB."""
    steps = dict.fromkeys([RECORDS, *(step for way in costs.values() for step in way)])
    rows = {step: [way.get(step) for way in costs.values()] for step in steps}
    rows["the three together"] = [total(way, BOUNDED) for way in costs.values()]
    rows["all together"] = [total(way, tuple(way)) for way in costs.values()]
    lines = [f"{'':<22}" + "".join(f"{way:>28}" for way in costs)]
    lines.append(f"{'':<22}" + f"{'s':>10}{'MiB':>9}{'MiB disk':>9}" * len(costs))
    for name, cells in rows.items():
        lines.append(f"{name:<22}" + "".join(_cell(cost) for cost in cells))
    return "\n".join(lines)


def _cell(cost: dict[str, float] | None) -> str:
    if cost is None:
        return " " * 28
    return f"{cost['seconds']:10.1f}{cost['memory'] / 2**20:9.0f}{cost['disk'] / 2**20:9.1f}"


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="cifar10", help="of images: its name, or its file")
    parser.add_argument("--images", type=int, help="use so many of the images only")
    parser.add_argument("--only", choices=WAYS, help="one way, in this process, as JSON")
    parser.add_argument("--in", dest="runs", type=Path, help="where `--only` puts its output")
    options = parser.parse_args()
    if options.only:
        task, meter = load_task(options.task), Meter()
        home = Home(task.name, options.runs)
        WAYS[options.only](task, home, meter)
        for step, cost in meter.costs.items():
            cost["disk"] = disk_bytes(home.artifacts / step)
        print(json.dumps(meter.costs))
        return

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        task = _tasks.load(BENCHMARK, options.task, options.images, folder)
        if task is None:
            return
        if task.data.kind != "image":
            raise InputError(f"{task.name}: must be a task of images, not of texts")
        images = sum(path.is_file() for path in data_path(task.data.path).rglob("*"))
        task_file = _tasks.write(task, folder)
        costs = {way: measure(way, task_file, folder / way) for way in WAYS}
    print(f"{images:,} images; memory is the highest while a step went on, TensorFlow's included")
    print(table(costs))
    print(
        "ours keeps the image files as they are: decoded for their quality features, once for the\n"
        "transform's analysis, and once by the Trainer, into memory. The stock way decodes them\n"
        "once and keeps their pixels as floats, in the records, the examples and transformed."
    )
    three = total(costs["ours"], BOUNDED)
    holds = three["seconds"] <= MAX_SECONDS and three["memory"] <= MAX_BYTES
    print(f"ours within {MAX_SECONDS} s and {MAX_BYTES / 2**30:.0f} GiB: {holds}")
    print(json.dumps({"benchmark": BENCHMARK, "images": images, "costs": costs, "holds": holds}))


if __name__ == "__main__":
    sys.exit(guarded(main))
