"""A new span is found by itself, held against the one before, and trained against the baseline."""

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Copy, write_images

pytestmark = pytest.mark.e2e


def make_first_span(project: Copy) -> Path:
    """Makes the images the first span of several; returns the folder of the spans."""
    folder = project.root / "data/tiny_images"
    whole = folder.with_name("whole")
    folder.rename(whole)
    folder.mkdir()
    whole.rename(folder / "span-1")
    return folder


def first_eval_loss(project: Copy) -> float:
    """Returns the eval loss after the first epoch of the newest training."""
    reports = project.root.glob("runs/tiny_images/artifacts/Trainer/model_run/*/training.json")
    newest = max(reports, key=lambda path: int(path.parent.name))
    return json.loads(newest.read_text())["epochs"][0]["eval_loss"]


def newest_report(project: Copy) -> dict:
    """Returns the newest drift report; its page lies beside it."""
    reports = project.root.glob("runs/tiny_images/artifacts/DriftReport/report/*/drift.json")
    newest = max(reports, key=lambda path: int(path.parent.name))
    assert newest.with_name("index.html").stat().st_size > 10_000
    return json.loads(newest.read_text())


def test_the_second_span(fresh_project):
    folder = make_first_span(fresh_project)
    first = fresh_project.run("run", "tiny_images")
    assert first.code == 0, first.output
    assert "There is no earlier span to compare with." in first.output

    write_images(folder / "span-2", range(600, 1200), brighter=0.4)
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 0, second.output
    assert second.nodes["ExampleGen"] == "ran"
    assert "Span 2 has drifted: " in second.output
    report = newest_report(fresh_project)
    assert report["verdict"] == "drift"
    assert "brightness" in {f["name"] for f in report["findings"] if f["drifted"]}
    assert report["reference"]["name"] == "span 1, which the model in service learned from"
    # That model was trained on dark digits alone, and what it does on bright ones was measured.
    assert report["accuracy"]["measured"] < report["accuracy"]["reference"]
    assert "of the model in service" in second.output

    again = fresh_project.run("run", "tiny_images")
    assert again.ran == set()


def test_a_warm_start_learns_the_second_span_faster_and_only_once(fresh_project):
    folder = make_first_span(fresh_project)
    task = "pipeline/tasks/tiny_images.py"
    fresh_project.edit(task, "batch_size=16", "batch_size=16, warm_start=True")
    first = fresh_project.run("run", "tiny_images")
    assert first.code == 0 and "BLESSED" in first.output, first.output

    write_images(folder / "span-2", range(600, 1200))
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 0, second.output
    warm = first_eval_loss(fresh_project)
    assert fresh_project.run("run", "tiny_images").ran == set()

    fresh_project.edit(task, ", warm_start=True", "")
    cold = fresh_project.run("run", "tiny_images")
    assert "Trainer" in cold.ran, cold.output
    assert warm < 0.5 * first_eval_loss(fresh_project)


def test_a_run_ends_well_before_training_where_nothing_has_drifted(fresh_project):
    folder = make_first_span(fresh_project)
    # Every third digit: writers follow each other in the data set, and each has a hand of his own.
    shutil.rmtree(folder / "span-1")
    write_images(folder / "span-1", range(0, 1797, 3))
    fresh_project.edit(
        "pipeline/tasks/tiny_images.py", "import Evaluation", "import Drift, Evaluation"
    )
    policy = 'drift=Drift(on_drift="retrain_only_if_drift"),\n    model='
    fresh_project.edit("pipeline/tasks/tiny_images.py", "model=", policy)
    first = fresh_project.run("run", "tiny_images")
    assert first.code == 0 and "BLESSED" in first.output, first.output

    write_images(folder / "span-2", range(1, 1797, 3))
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 0, second.output
    assert "DONE  tiny_images\n  no drift, so no training: Span 2 has not drifted" in second.output
    assert "Trainer" not in second.nodes and "DriftGate" in second.nodes

    write_images(folder / "span-3", range(2, 1797, 3), brighter=0.4)
    third = fresh_project.run("run", "tiny_images")
    assert third.code == 0 and third.nodes["Trainer"] == "ran", third.output


def test_a_drift_stops_the_run_where_the_task_says_so(fresh_project):
    folder = make_first_span(fresh_project)
    fresh_project.edit(
        "pipeline/tasks/tiny_images.py", "import Evaluation", "import Drift, Evaluation"
    )
    policy = 'drift=Drift(on_drift="stop"),\n    model='
    fresh_project.edit("pipeline/tasks/tiny_images.py", "model=", policy)
    assert fresh_project.run("run", "tiny_images").code == 0

    write_images(folder / "span-2", range(600, 1200), brighter=0.4)
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 2
    assert "DriftGate: the data have drifted: Span 2 has drifted: " in second.output
    assert "index.html" in second.output and "Trainer" not in second.nodes
