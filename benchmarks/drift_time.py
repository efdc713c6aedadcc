"""What a drift report over many images costs, in time and in memory.

    .venv/bin/python benchmarks/drift_time.py [--images N] [--task TASK] [--model FOLDER]

Two spans of as many images each: the reference as the images of the task's data lie there, the
current one with every image saved anew as JPEG of quality 70, so that it is known to nobody. The
report is what the DAG's node makes: it reads both spans, draws its samples, asks the model, judges
and writes the page. A fresh process, from its first import; the spans are written beforehand.
Bounds: 50,000 images against 50,000 within 60 s and 3 GiB. Without arguments: `cifar10`, 50,000
images, and the newest model that the task has pushed.
"""

import argparse
import itertools
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import _tasks
from _meter import peak_bytes

from components.errors import InputError
from pipeline.home import data_path
from pipeline.in_service import newest_version
from pipeline.run_local import guarded
from pipeline.task import Task

BENCHMARK = "drift_time"
MAX_SECONDS, MAX_BYTES = 60, 3 * 2**30
QUALITY = 70
AT_ONCE = 256


def model_of(task: Task) -> Path:
    """Returns the folder of the SavedModel that the task pushed last.

    Raises:
      InputError: there is none.
    """
    serving = task.home.serving
    version = newest_version(serving)
    if version is None:
        raise InputError(
            f"{serving}: no model; first: make run TASK={task.name}, or --model FOLDER"
        )
    return version


def saved_anew(serialized: bytes) -> bytes:
    """Returns an example of an image with the image's file written anew, and measured."""
    import numpy as np
    from _drift_rows import with_content
    from _image_shifts import alter

    from components.drift_report.sample import Sample

    (content,) = Sample(1, [serialized]).contents
    return with_content(serialized, alter(content, np.random.default_rng(0), quality=QUALITY))


def examples_of(task: Task, images: int) -> Iterator[tuple[str, bytes]]:
    """Yields split and serialized example of so many images, as ingest makes them."""
    from components.example_gen.ingest import ingest
    from components.example_gen.layout import find_layout
    from components.example_gen.set_aside import Rejected
    from components.example_gen.splits import choose

    data = task.data.to_dict() | {"path": str(data_path(task.data.path))}
    layout = find_layout(data["path"], data["kind"])
    files = iter(layout.files[:: max(1, len(layout.files) // images)][:images])
    while batch := list(itertools.islice(files, AT_ONCE)):
        for outcome in ingest(batch, layout.root, data):
            if not isinstance(outcome, Rejected):
                yield choose(outcome.digest, task.split.to_dict()), outcome.serialized


def write_span(folder: Path, examples: Iterable[tuple[str, bytes]]) -> int:
    """Writes examples as ExampleGen does; returns how many."""
    import tensorflow as tf

    from components.features import INGEST_REPORT

    writers, count = {}, 0
    for split in ("train", "eval", "test"):
        (folder / f"Split-{split}").mkdir(parents=True)
        path = folder / f"Split-{split}" / "data_tfrecord-00000-of-00001.gz"
        writers[split] = tf.io.TFRecordWriter(str(path), "GZIP")
    for split, serialized in examples:
        writers[split].write(serialized)
        count += 1
    for writer in writers.values():
        writer.close()
    (folder / INGEST_REPORT).write_text(json.dumps({"ready_made_splits": []}))
    return count


def report(task: Task, reference: str, current: str, model: str, output: str, results) -> None:
    """Makes a report in this process; puts its figures into a queue."""
    began = time.perf_counter()
    from components.drift_report.assess import Named, Settings, assess
    from components.drift_report.model_view import ModelView
    from components.drift_report.spans import draw_sides
    from components.drift_report.write import PAGE, write

    settings = Settings(**task.drift.settings(task.seed))
    samples = draw_sides(current, reference, True, settings.max_examples, settings.seed)
    drawn = time.perf_counter()
    sides = Named("the reference", samples[1]), Named("the current images", samples[0])
    found = assess(task.name, task.data.kind, *sides, ModelView(model), settings)
    write(found, Path(output))
    results.put(
        {
            "seconds": time.perf_counter() - began,
            "reading_seconds": drawn - began,
            "peak_bytes": peak_bytes(),
            "page_bytes": Path(output, PAGE).stat().st_size,
            "verdict": found.verdict,
            "reference": found.reference.examined,
            "current": found.current.examined,
        }
    )


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="cifar10", help="of images: its name, or its file")
    parser.add_argument("--images", type=int, default=50_000, help="of either span")
    parser.add_argument("--model", type=Path, help="a SavedModel that the task's Trainer exported")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        task = _tasks.load(BENCHMARK, options.task, None, folder)
        if task is None:
            return
        model = options.model or model_of(task)
        images = write_span(folder / "reference", examples_of(task, options.images))
        anew = ((split, saved_anew(each)) for split, each in examples_of(task, options.images))
        write_span(folder / "current", anew)
        context = multiprocessing.get_context("spawn")
        results = context.Queue()
        paths = [
            str(folder / "reference"),
            str(folder / "current"),
            str(model),
            str(folder / "out"),
        ]
        process = context.Process(target=report, args=(task, *paths, results))
        process.start()
        found = results.get()
        process.join()
    holds = found["seconds"] <= MAX_SECONDS and found["peak_bytes"] <= MAX_BYTES
    print(f"{task.name}, {images:,} images against {images:,}")
    print(f"looked at: {found['reference']:,} of the reference, {found['current']:,} current ones")
    print(f"{'wall time, s':<20}{found['seconds']:>10.1f}   bound {MAX_SECONDS}")
    print(f"{'of it, reading':<20}{found['reading_seconds']:>10.1f}")
    print(f"{'peak memory, MiB':<20}{found['peak_bytes'] / 2**20:>10.0f}   bound 3,072")
    print(f"{'page, KiB':<20}{found['page_bytes'] / 2**10:>10.0f}")
    print(
        json.dumps(
            {"benchmark": BENCHMARK, "task": task.name, "images": images} | found | {"holds": holds}
        )
    )


if __name__ == "__main__":
    sys.exit(guarded(main))
