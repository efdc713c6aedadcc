"""Predictions with known answers."""

import json
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import json_format
from tfx.components.evaluator.executor import Executor
from tfx.types import standard_artifacts

from components.evaluator import extractors
from components.evaluator.eval_config import eval_config
from components.evaluator.predictions import Predictions
from components.evaluator.slices import quantile_slices

CLASSES = ("cat", "dog", "owl")
LIMITS = {"auc": 0.999, "log_loss": 5.0}
MAX_LOSSES = {"macro_f1": 0.0, "calibration_error": 0.0}


def probabilities(random: np.random.Generator, labels: np.ndarray, share: float) -> np.ndarray:
    """Answers of which about a share is right, float32 [examples, classes]."""
    right = random.random(len(labels)) < share
    predicted = np.where(right, labels, (labels + 1) % len(CLASSES))
    scores = random.random((len(labels), len(CLASSES))) + 2 * np.eye(len(CLASSES))[predicted]
    return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def predictions() -> Predictions:
    """400 examples; the candidate is better than the baseline, and both have slices."""
    random = np.random.default_rng(7)
    labels = random.integers(len(CLASSES), size=400)
    names = [CLASSES[label] for label in labels]
    return Predictions(
        classes=CLASSES,
        sources=[f"test/{name}/{row}.png" for row, name in enumerate(names)],
        labels=names,
        candidate=probabilities(random, labels, 0.9),
        baseline=probabilities(random, labels, 0.8),
        slices={"label": names, "brightness": quantile_slices(random.random(400), 4)},
    )


@pytest.fixture(scope="session")
def evaluated(predictions, tmp_path_factory) -> Path:
    """A folder of `predictions`, and of the `evaluation` that TFX's own Evaluator makes of them."""
    folder = tmp_path_factory.mktemp("evaluation")
    predictions.write(folder / "predictions")
    examples = standard_artifacts.Examples()
    examples.uri, examples.split_names = str(folder / "predictions"), json.dumps(["test"])
    examples.set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")
    model, found = standard_artifacts.Model(), standard_artifacts.ModelEvaluation()
    model.uri = str(folder / "no model is read")
    found.uri = str(folder / "evaluation")
    blessing = standard_artifacts.ModelBlessing()
    blessing.uri = str(folder / "blessing")
    context = Executor.Context(
        beam_pipeline_args=["--direct_running_mode=in_memory"],
        tmp_dir=str(folder / "temporary"),
        unique_id="1",
    )
    Executor(context).Do(
        {"examples": [examples], "model": [model], "baseline_model": [model]},
        {"evaluation": [found], "blessing": [blessing]},
        {
            "eval_config": json_format.MessageToJson(
                eval_config(LIMITS, MAX_LOSSES, ["label", "brightness", "sharpness"]),
                preserving_proto_field_name=True,
            ),
            "example_splits": json.dumps(["test"]),
            "module_path": extractors.__name__,
            "fairness_indicator_thresholds": "null",
        },
    )
    return folder
