"""A new span is found by itself, held against the one before, and trained against the baseline."""

import json
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


def test_the_second_span(fresh_project):
    folder = make_first_span(fresh_project)
    first = fresh_project.run("run", "tiny_images")
    assert first.code == 0, first.output
    assert "no earlier span to compare with" in first.output

    write_images(folder / "span-2", range(600, 1200), brighter=0.4)
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 0, second.output
    assert second.nodes["ExampleGen"] == "ran"
    assert "brightness: Jensen-Shannon divergence" in second.output
    assert "against the model in service" in second.output

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
