"""Whole runs in copies of the project, so that a test may edit its source and its tasks."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PARTS = ("pipeline", "components", "data", "schemas", "serving", "serving_config")

TINY_IMAGES = '''"""Digits, few of them."""

from pipeline.run_local import main
from pipeline.task import Evaluation, ImageData, ImageFeatures, Model, Task, TFLite, Training

TASK = Task(
    name="tiny_images",
    data=ImageData(path="data/tiny_images"),
    features=ImageFeatures(height=8, width=8, channels=1),
    model=Model(name="residual_cnn", options={"width": 8}),
    training=Training(epochs=12, batch_size=16),
    # Of 48 test images.
    evaluation=Evaluation(min_accuracy=0.5, max_accuracy_drop=0.2),
    tflite=TFLite(variants=["float32", "dynamic_range"], max_accuracy_drop=0.2),
)

if __name__ == "__main__":
    main(TASK)
'''

TINY_TEXTS = '''"""Fruit or tools."""

from pipeline.run_local import main
from pipeline.task import Evaluation, Model, Task, TextData, TextFeatures, TFLite, Training

TASK = Task(
    name="tiny_texts",
    data=TextData(path="data/tiny_texts.csv"),
    features=TextFeatures(length=8, vocabulary_size=50),
    model=Model(name="bilstm"),
    training=Training(epochs=4, batch_size=16),
    evaluation=Evaluation(min_accuracy=0.5, max_accuracy_drop=0.3),
    tflite=TFLite(variants=["float32", "dynamic_range"], max_accuracy_drop=0.3),
)

if __name__ == "__main__":
    main(TASK)
'''


@dataclass(frozen=True)
class Outcome:
    """What a command of the pipeline did: its exit code, its output, its nodes' states."""

    code: int
    output: str

    @property
    def nodes(self) -> dict[str, str]:
        """Returns `cached`, `ran` or `failed` by node."""
        found = re.findall(r"^([✓✗]) (\w+)\s+(cached|failed|[\d.]+ s)", self.output, re.MULTILINE)
        return {node: state if state in ("cached", "failed") else "ran" for _, node, state in found}

    @property
    def ran(self) -> set[str]:
        """Returns the nodes that did not come from the cache."""
        return {node for node, state in self.nodes.items() if state == "ran"}


@dataclass(frozen=True)
class Copy:
    """A copy of the project."""

    root: Path

    def environment(self) -> dict[str, str]:
        """Returns an environment in which the copy is what is imported."""
        home = self.root / "home"
        home.mkdir(exist_ok=True)
        return os.environ | {
            "PYTHONPATH": str(self.root),
            "HOME": str(home),
            "CUDA_VISIBLE_DEVICES": "",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `python -m pipeline` with arguments."""
        return self.popen(sys.executable, "-m", "pipeline", *arguments)

    def popen(self, *command: str) -> subprocess.Popen[str]:
        """Starts a command in the copy."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *arguments: str) -> Outcome:
        """Runs `python -m pipeline` with arguments to its end."""
        return finish(self.start(*arguments))

    @contextmanager
    def served(self, task: str) -> Iterator[tuple[str, str]]:
        """Serves a task on free ports meanwhile.

        Yields:
          Where to ask for predictions, and what the server has said until its labels point.
        """
        server = self.start("serve", task, "--rest-api-port", "0", "--port", "0")
        try:
            said = ""
            while "label stable points to version" not in said:
                line = server.stdout.readline()
                assert line, said
                said += line
            address = re.search(r"page and REST: (\S+)", said)[1]
            yield f"{address}/v1/models/{task}:predict", said
        finally:
            server.terminate()
            server.communicate(timeout=60)
        assert server.returncode == 0

    def edit(self, path: str, old: str, new: str) -> None:
        """Replaces a text that a file must contain."""
        file = self.root / path
        content = file.read_text()
        assert old in content, f"{path} does not contain {old!r}"
        file.write_text(content.replace(old, new))

    def versions(self, task: str, kind: str = "serving") -> list[str]:
        """Returns everything that lies where a server would look for versions."""
        folder = self.root / "runs" / task / kind
        names = {path.name for path in folder.iterdir()} if folder.exists() else set()
        return sorted(names - {".lock"})


def finish(process: subprocess.Popen[str]) -> Outcome:
    """Waits for a command and returns what it did."""
    output, _ = process.communicate(timeout=600)
    return Outcome(process.returncode, output)


def copy_project(root: Path) -> Copy:
    """Copies the project's source and adds two tiny tasks with their data."""
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__", "made")
        shutil.copytree(PROJECT / part, root / part, ignore=ignored)
    (root / "pipeline/tasks/tiny_images.py").write_text(TINY_IMAGES)
    (root / "pipeline/tasks/tiny_texts.py").write_text(TINY_TEXTS)
    write_images(root / "data" / "tiny_images", range(600))
    write_texts(root / "data" / "tiny_texts.csv")
    return Copy(root)


def write_images(folder: Path, indices: range, brighter: float = 0.0) -> None:
    """Writes some of scikit-learn's digits, zeros to threes, as PNG files."""
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    for index in indices:
        label = digits.target[index]
        if label < 4:
            pixels = np.clip(digits.images[index] / 16 + brighter, 0, 1)
            path = folder / str(label) / f"{index:04d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((pixels * 255).astype(np.uint8)).save(path)


def write_texts(path: Path) -> None:
    """Writes a table of sentences about fruit and about tools."""
    words = {"fruit": ["apple", "pear", "ripe", "sweet"], "tools": ["hammer", "saw", "iron", "oil"]}
    rows = [
        f"the {a} {b} number {n},{label}"
        for label, (*_,) in words.items()
        for n in range(8)
        for a in words[label]
        for b in words[label]
    ]
    path.write_text("text,label\n" + "\n".join(rows) + "\n")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Copy:
    """A copy of the project that the tests of one module share, in order."""
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def fresh_project(tmp_path) -> Copy:
    """A copy of the project for one test."""
    return copy_project(tmp_path / "project")
