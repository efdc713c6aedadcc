"""Does the input keep up with the model? A training step with it, and without.

    .venv/bin/python benchmarks/input_step.py [TASK ...] [--files N] [--rounds N] [--steps N]

Runs each task's DAG up to Transform in a temporary folder, builds the task's model as the Trainer
does, and times its steps in blocks: with the real input, then with one batch of it that is held in
memory and repeated, then with the real input again, and so on. A block's first steps don't count:
it begins with an empty buffer. Bound: the median step with the real input takes at most 1.05 times
that with the held batch. Without tasks: `cifar10` and `imdb`.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import _tasks
import keras
import tensorflow as tf
import tensorflow_transform as tft
from _up_to import RunnerUpTo

from components.features import IMAGE
from components.trainer import fit, precision
from components.trainer.input_data import Split, class_names, raw_feature
from components.trainer.run_fn import build
from pipeline.dag import create_pipeline
from pipeline.home import RUNS_VARIABLE
from pipeline.outputs import Outputs
from pipeline.run_local import guarded
from pipeline.task import Task
from pipeline.terminal import Progress, noise_to

BENCHMARK = "input_step"
BOUND = 1.05


class StepTimer(keras.callbacks.Callback):
    """Notes when each step ended, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.ends.append(time.perf_counter())


def steady_steps(ends: Sequence[float]) -> list[float]:
    """Returns how long each step of a block took, without the first quarter of them.

    Args:
      ends: when each step of the block ended, in seconds.
    """
    return [after - before for before, after in pairwise(ends[len(ends) // 4 :])]


def training_split(task: Task) -> Split:
    """Runs the DAG up to Transform where PIPELINE_RUNS points; returns what the Trainer reads."""
    home = task.home
    home.root.mkdir(parents=True)
    with noise_to(home.root / "log") as console:
        runner = RunnerUpTo("Transform", Progress(console), home.metadata)
        runner.run(create_pipeline(task, home))
        outputs = Outputs(home.metadata, runner.executions)
    schema_gen = "ImportSchemaGen" if home.schema.exists() else "SchemaGen"
    return Split(
        [f"{outputs.find('ExampleGen', 'examples').uri}/Split-train/*"],
        tft.TFTransformOutput(outputs.find("Transform", "transform_graph").uri),
        class_names(f"{outputs.find(schema_gen, 'schema').uri}/schema.pbtxt"),
    )


def compiled_model(task: Task, split: Split) -> keras.Model:
    """Builds and compiles as `run_fn` and `fit` do."""
    training = task.training.to_dict()
    keras.utils.set_random_seed(task.seed)
    convolutional = raw_feature(split.transform) == IMAGE
    with precision.policy(precision.resolve(training["precision"], convolutional=convolutional)):
        model = build(task.model.to_dict(), split.transform, len(split.classes))
    steps = training["epochs"] * fit.steps_per_epoch(training, split)
    fit.compile_model(model, training, learning_rate_factor=1.0, steps=steps)
    return model


def measure(task: Task, rounds: int, steps: int) -> dict[str, list[list[float]]]:
    """Times blocks of steps of both inputs in turn.

    Returns:
      By input, `real` and `held`, the seconds of the steps of each block.
    """
    split = training_split(task)
    model = compiled_model(task, split)
    training = task.training.to_dict()
    real = split.training_batches(
        training["batch_size"],
        training["augmentation"],
        task.seed,
        class_weights=split.class_weights() if training["class_weights"] else None,
    )
    batch = next(iter(real.take(1)))
    held = tf.data.Dataset.from_tensors(batch).repeat().with_options(real.options())
    found: dict[str, list[list[float]]] = {"real": [], "held": []}
    for _ in range(rounds):
        for name, batches in (("real", real), ("held", held)):
            timer = StepTimer()
            model.fit(batches, steps_per_epoch=steps, shuffle=False, callbacks=[timer], verbose=0)
            found[name].append(steady_steps(timer.ends))
    return found


def summarise(blocks: dict[str, list[list[float]]]) -> dict[str, float]:
    """Turns the steps of `measure` into medians.

    Returns:
      `real` and `held`: the median step in seconds; `ratio`: the one over the other; `lowest` and
      `highest`: the same ratio of any one pair of blocks, which tells how quiet the machine was.
    """
    real, held = (statistics.median(chain(*blocks[name])) for name in ("real", "held"))
    pairs = zip(blocks["real"], blocks["held"], strict=True)
    ratios = [statistics.median(a) / statistics.median(b) for a, b in pairs]
    return {
        "real": real,
        "held": held,
        "ratio": real / held,
        "lowest": min(ratios),
        "highest": max(ratios),
    }


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", default=["cifar10", "imdb"], help="names, or files")
    parser.add_argument("--files", type=int, help="use so many of the data's files only")
    parser.add_argument("--rounds", type=int, default=5, help="blocks of each input")
    parser.add_argument("--steps", type=int, default=80, help="steps a block")
    options = parser.parse_args()
    results = {}
    for name in options.tasks:
        with tempfile.TemporaryDirectory() as folder:
            os.environ[RUNS_VARIABLE] = folder
            task = _tasks.load(BENCHMARK, name, options.files, Path(folder))
            if task:
                results[task.name] = summarise(measure(task, options.rounds, options.steps))
    if not results:
        return
    print(f"{'median step, ms':<18}{'real input':>12}{'held batch':>12}{'ratio':>8}   of a round")
    for name, found in results.items():
        real, held = 1000 * found["real"], 1000 * found["held"]
        rounds = f"{found['lowest']:.3f} to {found['highest']:.3f}"
        print(f"{name:<18}{real:12.1f}{held:12.1f}{found['ratio']:8.3f}   {rounds}")
    print(
        json.dumps(
            {
                "benchmark": BENCHMARK,
                "results": results,
                "bound": BOUND,
                "holds": all(found["ratio"] <= BOUND for found in results.values()),
            }
        )
    )


if __name__ == "__main__":
    sys.exit(guarded(main))
