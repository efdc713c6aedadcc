"""The embedded tasks keep what their docstrings promise."""

import json
import re
import subprocess
import sys

import pytest

from tests.e2e.conftest import PROJECT

pytestmark = pytest.mark.e2e


def accuracy(outcome):
    return float(re.search(r"^  accuracy ([\d.]+) ", outcome.output, re.MULTILINE).group(1))


def test_digits(fresh_project):
    outcome = fresh_project.run("run", "digits")
    assert outcome.code == 0, outcome.output
    assert accuracy(outcome) >= 0.98
    (version,) = fresh_project.versions("digits")
    code = (
        "import sys, tensorflow as tf; model = tf.saved_model.load(sys.argv[1]);"
        "image = open(sys.argv[2], 'rb').read();"
        "print(model.signatures['predict'](image_bytes=tf.constant([image]))['label'].numpy()[0])"
    )
    model = fresh_project.root / "runs/digits/serving" / version
    image = fresh_project.root / "data/made/digits/7/0007.png"
    done = subprocess.run(
        [sys.executable, "-c", code, str(model), str(image)],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "b'7'"


def test_docstrings_is_within_two_points_of_tfidf_with_logistic_regression(fresh_project):
    outcome = fresh_project.run("run", "docstrings")
    assert outcome.code == 0, outcome.output
    (version,) = fresh_project.versions("docstrings")
    runs = fresh_project.root / "runs/docstrings"
    (examples,) = (runs / "artifacts/ExampleGen/examples").iterdir()
    done = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "benchmarks/tfidf_baseline.py"),
            f"--examples={examples}",
            f"--model={runs / 'serving' / version}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    scores = json.loads(done.stdout.splitlines()[-1])
    assert scores["difference_points"] >= -2, done.stdout
