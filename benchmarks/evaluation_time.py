"""What an evaluation costs, beside Keras's `model.evaluate` on the same examples.

    .venv/bin/python benchmarks/evaluation_time.py [--task TASK] [--run FOLDER] [--rounds N]

On the test examples of a finished run: the Predictor, TFX's Evaluator and the gate, once with the
model alone and once with it as its own baseline; in turn with `model.evaluate`, whose input is read
and transformed as it is for serving. The start of Python and its imports are in none of them.

Bound: Predictor and Evaluator take at most twice as long as `model.evaluate`, and 20 s.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from drift_power import newest

from pipeline.load import load_task
from pipeline.run_local import guarded
from pipeline.task import Task

BENCHMARK = "evaluation_time"
MOST_TIMES, AND_SECONDS = 2, 20
_BATCH = 250


class Evaluated:
    """A finished run, whose model is evaluated again."""

    def __init__(self, task: Task, run: Path) -> None:
        """Finds what the run left.

        Raises:
          InputError: something is not there.
        """
        artifacts = run / "artifacts"
        self.task = task
        self.examples = newest(artifacts / "ExampleGen" / "examples")
        self.transform = newest(artifacts / "Transform" / "transform_graph")
        self.model = newest(artifacts / "Trainer" / "model")
        self.model_run = newest(artifacts / "Trainer" / "model_run")

    def bare(self) -> Callable[[], object]:
        """Returns what evaluates with Keras alone."""
        import tensorflow as tf
        import tensorflow_transform as tft

        from components import keras_model
        from components.examples import split_files
        from components.features import LABEL
        from components.trainer.input_data import raw_feature

        transform = tft.TFTransformOutput(str(self.transform))
        raw = raw_feature(transform)
        spec = {name: transform.raw_feature_spec()[name] for name in (raw, LABEL)}
        layer = transform.transform_features_layer()
        (feature,) = transform.transformed_feature_spec()
        classes = (self.model / "Format-Serving/assets.extra/labels.txt").read_text().splitlines()
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(classes, list(range(len(classes)))), -1
        )

        def transformed(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            parsed = tf.io.parse_example(serialized, spec)
            return layer({raw: parsed[raw]})[feature], table.lookup(parsed[LABEL])

        records = tf.data.TFRecordDataset(split_files(str(self.examples), "test"), "GZIP")
        batches = records.batch(_BATCH).map(transformed, tf.data.AUTOTUNE).prefetch(2)
        model = keras_model.read(str(self.model_run))
        model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        return lambda: model.evaluate(batches, verbose=0)

    def nodes(self, folder: Path, compared: bool) -> dict[str, float]:
        """Returns the seconds of each node.

        Args:
          folder: where they write; it is empty.
          compared: whether there is a baseline.
        """
        from google.protobuf import json_format
        from tfx.components.evaluator.executor import Executor
        from tfx.types import standard_artifacts

        from components.evaluator import extractors
        from components.evaluator.assess import Sources, assess
        from components.evaluator.eval_config import eval_config
        from components.evaluator.predict import predict
        from components.evaluator.rule import Settings
        from components.evaluator.slices import sliced_features
        from components.evaluator.write import write

        task, saved_model = self.task, str(self.model / "Format-Serving")
        kind, evaluation = task.data.kind, task.evaluation
        artifacts = {
            "examples": standard_artifacts.Examples(),
            "model": standard_artifacts.Model(),
            "evaluation": standard_artifacts.ModelEvaluation(),
            "blessing": standard_artifacts.ModelBlessing(),
        }
        for name, artifact in artifacts.items():
            artifact.uri = str(folder / name)
        artifacts["examples"].split_names = '["test"]'
        artifacts["examples"].set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")
        baseline = {"baseline_model": [artifacts["model"]]} if compared else {}

        began = time.perf_counter()
        predictions = predict(
            str(self.examples),
            "test",
            saved_model,
            saved_model if compared else None,
            kind,
            evaluation.slices,
            evaluation.quantiles,
        )
        predictions.write(folder / "examples")
        predicted = time.perf_counter()
        context = Executor.Context(
            beam_pipeline_args=["--direct_running_mode=in_memory", "--direct_num_workers=1"],
            tmp_dir=str(folder / "temporary"),
            unique_id="1",
        )
        config = eval_config(
            evaluation.limits, evaluation.max_losses, sliced_features(kind, evaluation.slices)
        )
        Executor(context).Do(
            {name: [artifacts[name]] for name in ("examples", "model")} | baseline,
            {name: [artifacts[name]] for name in ("evaluation", "blessing")},
            {
                "eval_config": json_format.MessageToJson(config, preserving_proto_field_name=True),
                "example_splits": '["test"]',
                "module_path": extractors.__name__,
                "fairness_indicator_thresholds": "null",
            },
        )
        evaluated = time.perf_counter()
        sources = Sources(
            str(self.examples),
            artifacts["examples"].uri,
            artifacts["evaluation"].uri,
            saved_model,
            str(self.model_run),
        )
        found = assess(
            task.name,
            kind,
            sources,
            "itself" if compared else None,
            Settings(**task.evaluation.gate_settings),
            evaluation.mistakes,
        )
        write(found, folder / "report")
        return {
            "Predictor": predicted - began,
            "Evaluator": evaluated - predicted,
            "ModelGate": time.perf_counter() - evaluated,
        }


def measure(evaluated: Evaluated, rounds: int) -> dict[str, float]:
    """Returns medians of seconds, by what took them."""
    bare = evaluated.bare()
    bare()
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        began = time.perf_counter()
        bare()
        found.setdefault("model.evaluate", []).append(time.perf_counter() - began)
        for compared in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                nodes = evaluated.nodes(Path(folder), compared)
            for node, seconds in nodes.items():
                name = f"{node}, with a baseline" if compared else node
                found.setdefault(name, []).append(seconds)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def main() -> int:
    """Prints a table, then one line of JSON; 1 where the bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="cifar10")
    parser.add_argument("--run", type=Path, help="of the task, instead of the folder in runs/")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    task = load_task(options.task)
    evaluated = Evaluated(task, options.run or task.home.root)
    seconds = measure(evaluated, options.rounds)
    bound = MOST_TIMES * seconds["model.evaluate"] + AND_SECONDS
    taken = seconds["Predictor"] + seconds["Evaluator"]
    for name, each in {**seconds, "Predictor and Evaluator": taken, "bound": bound}.items():
        print(f"{name:<34}{each:>8.1f} s")
    print(
        json.dumps(
            {
                "benchmark": BENCHMARK,
                "task": task.name,
                "seconds": seconds,
                "bound_seconds": bound,
                "holds": taken <= bound,
            }
        )
    )
    return 0 if taken <= bound else 1


if __name__ == "__main__":
    sys.exit(guarded(main))
