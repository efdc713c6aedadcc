"""The embedded tasks keep what their docstrings promise."""

import base64
import json
import re
import subprocess
import sys
import urllib.request

import pytest

from tests.e2e.conftest import PROJECT

pytestmark = pytest.mark.e2e

PYTHON_BLOCK = re.compile(r"```python\n(import tensorflow.*?)```", re.DOTALL)


def accuracy(outcome):
    return float(re.search(r"^  Accuracy ([\d.]+) ", outcome.output, re.MULTILINE).group(1))


@pytest.fixture(scope="module")
def digits(project):
    """A run of the task."""
    outcome = project.run("run", "digits")
    assert outcome.code == 0, outcome.output
    return outcome


def test_digits_and_the_readmes_way_to_ask_its_model(project, digits):
    assert accuracy(digits) >= 0.98
    (version,) = project.versions("digits")
    example = PYTHON_BLOCK.search((PROJECT / "README.md").read_text()).group(1)
    done = subprocess.run(
        [sys.executable, "-c", example.replace("<version>", version)],
        cwd=project.root,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    label, probability = done.stdout.split()
    assert label == "b'7'"
    assert float(probability) > 0.5


def test_the_pushed_model_is_served_and_asked_as_the_readme_does(project, digits):
    with project.served("digits") as (address, _):
        image = (project.root / "data/made/digits/7/0007.png").read_bytes()
        instance = {"image_bytes": {"b64": base64.b64encode(image).decode()}}
        body = json.dumps({"signature_name": "predict", "instances": [instance]}).encode()
        with urllib.request.urlopen(address, body) as answer:
            (prediction,) = json.load(answer)["predictions"]
        assert prediction["label"] == "7"


def test_docstrings_is_not_below_tfidf_with_logistic_regression(fresh_project):
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
    # The margin is the accuracy's standard error on a thousand examples, and a little more.
    assert scores["difference_points"] >= -2, done.stdout
