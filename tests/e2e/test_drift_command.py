"""`python -m pipeline drift`, as a cron job calls it: after a run, before one, and badly."""

import json

import pytest
import tensorflow as tf

from tests.e2e.conftest import write_images

pytestmark = pytest.mark.e2e

NOISE = ("traceback", "warning", "tensorflow", "cuda", "absl")


def flat(project, name, brighter=0.0):
    """Writes digits that no run has seen into one folder, without their classes."""
    folder = project.root / name
    write_images(folder / "classes", range(600, 1200), brighter)
    for number, image in enumerate(sorted((folder / "classes").rglob("*.png"))):
        image.rename(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def pushed(project):
    """A project with a model in service."""
    outcome = project.run("run", "tiny_images")
    assert outcome.code == 0 and "BLESSED" in outcome.output, outcome.output
    return project


def test_new_images_are_compared_without_labels(pushed):
    same = flat(pushed, "same")
    none = pushed.run("drift", "tiny_images", "--current", str(same))
    assert none.code == 0, none.output
    assert none.output.startswith("NO DRIFT  tiny_images\n")

    flat(pushed, "bright", brighter=0.4)
    drift = pushed.run("drift", "tiny_images", "--current", "bright", "--output", "out")
    assert drift.code == 3, drift.output
    assert drift.output.startswith("DRIFT  tiny_images\n  Folder bright has drifted: ")
    assert "page     out/index.html" in drift.output
    for word in NOISE:
        assert word not in drift.output.lower()
    report = json.loads((pushed.root / "out/drift.json").read_text())
    assert report["reference"]["name"] == "span 0, which the model in service learned from"
    assert report["model"].endswith(pushed.versions("tiny_images")[0])
    assert report["accuracy"] is not None and report["accuracy"]["measured"] is None


def test_logged_requests_are_compared(pushed):
    images = sorted(flat(pushed, "requested").glob("*.png"))
    requests = pushed.root / "requests.tfrecord.gz"
    with tf.io.TFRecordWriter(str(requests), "GZIP") as writer:
        for image in images:
            example = tf.train.Example()
            example.features.feature["image"].bytes_list.value.append(image.read_bytes())
            writer.write(example.SerializeToString())
    outcome = pushed.run("drift", "tiny_images", "--current", str(requests))
    assert outcome.code == 0, outcome.output


def test_the_history_shows_the_run(pushed):
    outcome = pushed.run("drift", "tiny_images", "--history")
    assert outcome.code == 0, outcome.output
    assert "span 0" in outcome.output and "Nothing to compare with" in outcome.output
    page = pushed.root / "runs/tiny_images/drift/history.html"
    assert '<a href="../artifacts/DriftReport/report/' in page.read_text()


def test_mistakes_end_with_exit_code_2(fresh_project):
    for arguments, words in (
        (["--current", "nowhere"], "--current = 'nowhere' does not exist"),
        (["--current", "data/tiny_images"], "--reference: missing"),
        (["--history"], "tiny_images has not run yet"),
        ([], "one of the arguments --current --history is required"),
    ):
        outcome = fresh_project.run("drift", "tiny_images", *arguments)
        assert outcome.code == 2 and words in outcome.output, outcome.output
