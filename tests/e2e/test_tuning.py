"""A task with `tuning`: a search, a training with what it found, and words to copy."""

import json
import re

import pytest

from tests.e2e.conftest import finish

pytestmark = pytest.mark.e2e

TASK = "pipeline/tasks/tiny_texts.py"
TRAINING = "    training=Training(epochs=4, batch_size=16),\n"
TUNING = """    tuning=Tuning(
        fields={
            "training.learning_rate": LogRange(1e-3, 1e-1),
            "training.batch_size": Choice([8, 16]),
            "model.options.units": IntRange(4, 8),
        },
        trials=3,
        objective="eval_loss",
    ),
"""


def run(project):
    outcome = project.run("run", "tiny_texts")
    assert outcome.code == 0, outcome.output
    return outcome


def found(project):
    """Returns the settings that the newest training reports, and every trial of the search."""
    artifacts = project.root / "runs/tiny_texts/artifacts"
    reports = sorted(
        artifacts.glob("Trainer/model_run/*/training.json"), key=lambda p: p.stat().st_mtime
    )
    (trials,) = artifacts.glob("Tuner/tuner_results/*/trials.json")
    return json.loads(reports[-1].read_text()), json.loads(trials.read_text())


@pytest.fixture(scope="module")
def tuned(project):
    """The first run of a task with `tuning`."""
    more = ", Training, Tuning, Choice, IntRange, LogRange\n"
    project.edit(TASK, ", Training\n", more)
    project.edit(TASK, TRAINING, TRAINING + TUNING)
    return run(project)


def test_the_training_uses_what_the_search_found(project, tuned):
    assert tuned.nodes["Tuner"] == "ran"
    report, trials = found(project)
    assert len(trials) == 3
    assert trials[0]["score"] == min(trial["score"] for trial in trials)
    values = trials[0]["values"]
    assert report["training"]["learning_rate"] == values["training.learning_rate"]
    assert report["training"]["batch_size"] == values["training.batch_size"]
    assert report["model"]["options"] == {"units": values["model.options.units"]}
    assert report["epochs"][-1]["eval_loss"] == pytest.approx(trials[0]["score"], rel=1e-4)


def test_the_terminal_shows_the_outcome_and_nothing_of_the_search(tuned):
    assert "tuned    runs/tiny_texts/tuned.txt\n         best of 3 trials: eval loss " in (
        tuned.output
    )
    assert re.search(
        r"^✓ Tuner .*best of 3 trials: eval loss [\d.]+ with .*learning_rate",
        tuned.output,
        re.MULTILINE,
    )
    for word in ("Traceback", "Trial", "oracle", "keras"):
        assert word not in tuned.output


def test_nothing_of_the_search_is_left_but_its_outcome(project, tuned):
    folder = project.root / "runs/tiny_texts/artifacts/Tuner"
    assert not (folder / ".search").exists()


def test_a_search_without_a_change_comes_from_the_cache_with_its_words(project, tuned):
    words = project.root / "runs/tiny_texts/tuned.txt"
    before = words.read_text()
    words.unlink()
    outcome = run(project)
    assert outcome.ran == set()
    assert words.read_text() == before


def test_what_is_copied_into_the_task_trains_the_same_without_a_search(project, tuned):
    before, _ = found(project)
    text = (project.root / "runs/tiny_texts/tuned.txt").read_text()
    _, copied, *_ = text.split("\n\n")
    assert copied.startswith("    model=Model(")
    project.edit(TASK, '    model=Model(name="bilstm"),\n', "")
    project.edit(TASK, TRAINING + TUNING, f"{copied}\n")
    outcome = run(project)
    assert "Tuner" not in outcome.nodes
    assert outcome.nodes["Trainer"] == "ran"
    assert "tuned" not in outcome.output
    after, _ = found(project)
    for key in ("training", "model"):
        assert after[key] == before[key]
    assert after["epochs"][-1]["eval_loss"] == pytest.approx(
        before["epochs"][-1]["eval_loss"], rel=1e-4
    )


def test_a_mistake_in_the_search_is_named_before_anything_runs(project, tuned):
    project.edit(TASK, "    evaluation=", TUNING.replace("[8, 16]", "[0, 16]") + "    evaluation=")
    outcome = finish(project.start("run", "tiny_texts"))
    assert outcome.code == 2
    assert "tuning.fields['training.batch_size']: Training.batch_size = 0: Input should be" in (
        outcome.output
    )
    assert not outcome.nodes
