"""The life of a task: run, run again, edit, a bad model, a new span."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

NODES = {
    "ExampleGen",
    "StatisticsGen",
    "SchemaGen",
    "ExampleValidator",
    "DataGate",
    "DriftReport",
    "DriftGate",
    "Transform",
    "Trainer",
    "Predictor",
    "Evaluator",
    "ModelGate",
    "InfraValidator",
    "Pusher",
    "TFLiteRewriter",
}
NONE: set[str] = set()
AFTER_EVALUATION = {"ModelGate", "InfraValidator", "Pusher", "TFLiteRewriter"}
AFTER_TRAINING = {"Predictor", "Evaluator"} | AFTER_EVALUATION
TASK = "pipeline/tasks/tiny_images.py"


@pytest.fixture(scope="module")
def first(project):
    """The first run of the task."""
    outcome = project.run("run", "tiny_images")
    assert outcome.code == 0, outcome.output
    return outcome


@pytest.fixture
def run(project, first):
    """Runs the task again, after the first run."""

    def again():
        outcome = project.run("run", "tiny_images")
        assert outcome.code == 0, outcome.output
        return outcome

    return again


def test_the_first_run_runs_every_node_and_pushes_a_blessed_model(project, first):
    assert first.ran == NODES
    assert re.search(r"^BLESSED  tiny_images$", first.output, re.MULTILINE)
    assert "no model is in service to compare it with" in first.output
    assert len(project.versions("tiny_images")) == 1
    assert project.versions("tiny_images", "tflite") == project.versions("tiny_images")


def test_the_terminal_shows_nothing_of_the_stacks_noise(first):
    for word in ("Traceback", "WARNING", "INFO", "tensorflow", "cuda", "absl"):
        assert word.lower() not in first.output.lower()


def test_everything_is_cached_when_nothing_changed(run):
    outcome = run()
    assert outcome.ran == set()
    assert "BLESSED" in outcome.output


def test_the_pushed_model_answers_raw_bytes_in_a_clean_process(project, first):
    (version,) = project.versions("tiny_images")
    code = (
        "import json, sys, pathlib, tensorflow as tf\n"
        "model = tf.saved_model.load(sys.argv[1])\n"
        "files = sorted(pathlib.Path(sys.argv[2]).rglob('*.png'))\n"
        "answer = model.signatures['predict'](image_bytes=[f.read_bytes() for f in files])\n"
        "labels = [label.decode() for label in answer['label'].numpy()]\n"
        "right = [l == f.parent.name for l, f in zip(labels, files)]\n"
        "print(json.dumps(sum(right) / len(right)))\n"
    )
    model = project.root / "runs/tiny_images/serving" / version
    command = [sys.executable, "-c", code, str(model), str(project.root / "data/tiny_images")]
    done = subprocess.run(
        command, cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) > 0.8


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (TASK, "min_accuracy=0.5", "min_accuracy=0.51", AFTER_EVALUATION),
        (TASK, "batch_size=16", "batch_size=24", {"Trainer"} | AFTER_TRAINING),
        (
            "components/trainer/models/residual_cnn.py",
            'INPUT = "image"',
            'INPUT = "image"  # edited',
            {"Trainer"} | AFTER_TRAINING,
        ),
        ("components/trainer/models/text_cnn.py", 'INPUT = "text"', 'INPUT = "text"  #', NONE),
        (
            "components/transform/images.py",
            "def preprocessing_fn(",
            "EDITED = True\n\n\ndef preprocessing_fn(",
            {"Transform", "Trainer"} | AFTER_TRAINING,
        ),
        ("components/transform/texts.py", "def preprocessing_fn(", "\ndef preprocessing_fn(", NONE),
    ],
)
def test_an_edit_re_runs_exactly_the_nodes_that_depend_on_it(
    project, run, path, old, new, expected
):
    project.edit(path, old, new)
    outcome = run()
    # The same model from the same data may be pushed again under its old version.
    assert outcome.ran == expected


def test_a_failed_node_is_named_with_its_reason_and_its_log_and_the_next_run_goes_on(project, run):
    model = "components/trainer/models/residual_cnn.py"
    defect = '\nraise RuntimeError("the sky is falling")\n'
    content = (project.root / model).read_text()
    (project.root / model).write_text(content + defect)
    failed = project.run("run", "tiny_images")
    assert failed.code == 1
    assert failed.nodes["Trainer"] == "failed"
    assert "failed: Trainer: RuntimeError: the sky is falling" in failed.output
    assert "Traceback" not in failed.output
    log = re.search(r"^log: (.+)$", failed.output, re.MULTILINE).group(1)
    assert "Traceback" in Path(log).read_text()
    (project.root / model).write_text(content)
    assert run().ran == NONE


def test_a_bad_second_model_is_not_blessed_and_the_first_stays_in_service(project, run):
    before = project.versions("tiny_images"), project.versions("tiny_images", "tflite")
    project.edit(TASK, "epochs=12", "epochs=1, steps_per_epoch=1, learning_rate=1e-6")
    outcome = run()
    assert re.search(r"^NOT BLESSED  tiny_images$", outcome.output, re.MULTILINE)
    assert "is below the floor of 0.5100." in outcome.output
    assert "of the model in service, is with 95 % confidence" in outcome.output
    after = project.versions("tiny_images"), project.versions("tiny_images", "tflite")
    assert after == before
