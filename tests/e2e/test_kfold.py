"""`python -m pipeline kfold`: killed, run again, and without a trace in the task's own runs."""

import json
import time

import pytest

from tests.e2e.conftest import finish

pytestmark = pytest.mark.e2e


def test_folds_survive_a_kill_and_leave_the_task_alone(fresh_project):
    """A finished fold is not trained again; the results are whole, and all lie in one folder."""
    fresh_project.edit("pipeline/tasks/tiny_images.py", "epochs=12", "epochs=2")
    root = fresh_project.root / "runs/tiny_images"
    process = fresh_project.start("kfold", "tiny_images", "--folds", "2")
    while not list((root / "kfold/artifacts/Trainer_fold_2").glob("*/*/*")):
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    process.kill()
    assert finish(process).nodes["Accuracy_fold_1"] == "ran"
    assert not (root / "kfold/kfold.json").exists()

    outcome = fresh_project.run("kfold", "tiny_images", "--folds", "2")
    assert outcome.code == 0, outcome.output
    assert outcome.ran == {"Trainer_fold_2", "Accuracy_fold_2"}
    assert "2 FOLDS  tiny_images" in outcome.output
    found = json.loads((root / "kfold/kfold.json").read_text())
    images = len(list((fresh_project.root / "data/tiny_images").rglob("*.png")))
    assert sum(fold["examples"] for fold in found["folds"]) == images
    assert [fold["seed"] for fold in found["folds"]] == [1, 2]
    assert found["mean"] == pytest.approx(sum(f["accuracy"] for f in found["folds"]) / 2)
    assert [path.name for path in root.iterdir()] == ["kfold"]
    assert not (root / "kfold/serving").exists()
