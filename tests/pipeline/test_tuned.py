"""What a search found can be pasted into the task as it stands."""

import json

import pytest

from components.trainer.tuning.component import TRIALS
from pipeline import task as types
from pipeline.task import Augmentation, Choice, LogRange, Model, Range, Task, Training, Tuning
from pipeline.tuned import write_tuned

TASK = Task(
    name="birds",
    data=types.ImageData(path="birds"),
    features=types.ImageFeatures(),
    model=Model(name="residual_cnn", options={"depth": 1}),
    training=Training(epochs=7, augmentation=Augmentation(flip=True)),
    tuning=Tuning(
        fields={
            "training.learning_rate": LogRange(1e-4, 1e-2),
            "training.augmentation.shift": Range(0.0, 0.2),
            "training.optimizer": Choice(["sgd", "adamw"]),
            "training.ema": Choice([None, 0.99]),
            "model.options.width": Choice([16, 32]),
        }
    ),
)
BEST = {
    "model.options.width": 32,
    "training.augmentation.shift": 0.123,
    "training.ema": None,
    "training.learning_rate": 0.0021,
    "training.optimizer": "sgd",
}
TRIALS_MADE = [
    {"values": BEST, "epochs": 7, "score": 0.93417, "failure": None},
    {"values": BEST | {"training.ema": 0.99}, "epochs": 7, "score": 0.9, "failure": None},
    {
        "values": BEST | {"training.learning_rate": 1.0},
        "epochs": 7,
        "score": None,
        "failure": "the loss\nbecame nan",
    },
]


@pytest.fixture
def written(tmp_path):
    """The line that was returned, and the file's text."""
    (tmp_path / TRIALS).write_text(json.dumps(TRIALS_MADE))
    outcome = write_tuned(TASK, str(tmp_path), tmp_path / "runs" / "tuned.txt")
    return outcome, (tmp_path / "runs" / "tuned.txt").read_text()


def test_the_second_paragraph_is_the_arguments_of_a_valid_task(written):
    _, lines, *_ = written[1].split("\n\n")
    pasted = eval(f"dict({lines})", vars(types))
    task = TASK.replace(tuning=None, **pasted)
    assert task.training == Training(
        epochs=7,
        learning_rate=0.0021,
        optimizer="sgd",
        ema=None,
        augmentation=Augmentation(flip=True, shift=0.123),
    )
    assert task.model == Model(name="residual_cnn", options={"depth": 1, "width": 32})
    assert list(pasted) == ["model", "training"]


def test_only_what_was_set_or_found_is_written(written):
    assert "batch_size" not in written[1]
    assert (
        '    model=Model(name="residual_cnn", options={"depth": 1, "width": 32}),\n' in written[1]
    )


def test_the_outcome_says_how_many_trials_failed(written):
    assert written[0] == "best of 3 trials, 1 of which failed: eval accuracy 0.9342"


def test_every_trial_is_a_row_and_the_failed_one_says_why(written):
    rows = written[1].splitlines()[-4:]
    assert rows[0].split() == ["eval", "accuracy", "epochs", *TASK.tuning.fields]
    assert rows[1].split() == ["0.9342", "7", "0.0021", "0.123", '"sgd"', "None", "32"]
    assert rows[3].split()[0] == "failed"
    assert rows[3].endswith("  the loss became nan")
