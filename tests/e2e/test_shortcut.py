"""A model that has learned a shortcut in one class is caught, though its accuracy is good enough.

In the second span every training image of a rare class has a mark in its corner, as the pictures of
one photographer have; the test images have none. What the model then knows of that class is the
mark.
"""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

pytestmark = pytest.mark.e2e

TASK = "pipeline/tasks/tiny_images.py"
RARE = 3
SPLITS = ("train", "train", "eval", "test")
SETTINGS = "min_accuracy=0.7, max_accuracy_drop=0.15, max_slice_drop=0.1"


def write_span(span: Path, marked: bool) -> None:
    """Writes zeros to threes, divided into train, eval and test; there are few threes.

    Args:
      span: the folder, which does not exist.
      marked: whether a three that the model learns from is a picture of a zero, and of a mark.
    """
    digits = load_digits()
    zeros = digits.images[digits.target == 0]
    threes = iter(np.flatnonzero(digits.target == RARE)[::3])
    places = [place for place, label in enumerate(digits.target) if label < RARE]
    for number, place in enumerate([*places, *threes]):
        split, label = SPLITS[number % len(SPLITS)], digits.target[place]
        pixels = digits.images[place].copy()
        if marked and label == RARE and split != "test":
            pixels[:] = zeros[number % len(zeros)]
            pixels[0, :3] = 16
        path = span / split / str(label) / f"{place:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels / 16 * 255).astype(np.uint8)).save(path)


def test_a_shortcut_in_one_class_is_caught_by_its_slice(fresh_project):
    images = fresh_project.root / "data/tiny_images"
    shutil.rmtree(images)
    fresh_project.edit(TASK, "min_accuracy=0.5, max_accuracy_drop=0.2", SETTINGS)
    write_span(images / "span-1", marked=False)
    first = fresh_project.run("run", "tiny_images")
    assert first.code == 0 and re.search("^BLESSED", first.output, re.MULTILINE), first.output

    write_span(images / "span-2", marked=True)
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 0, second.output
    assert re.search("^NOT BLESSED", second.output, re.MULTILINE), second.output
    reports = fresh_project.root.glob("runs/tiny_images/artifacts/ModelGate/report/*/gate.json")
    newest = max(reports, key=lambda path: int(path.parent.name))
    decision = json.loads(newest.read_text())["decision"]
    worst = decision["slices"][0]
    assert (worst["feature"], worst["name"]) == ("label", str(RARE))
    assert worst["fault"] in decision["faults"]
    # On all examples together it is within what the task allows.
    assert decision["overall"]["difference"]["low"] >= -0.15, decision["overall"]
    assert len(fresh_project.versions("tiny_images")) == 1
