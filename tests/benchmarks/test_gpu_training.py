"""The benchmark for GPUs runs on Keras and NumPy alone, on whatever machine there is."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).resolve().parents[2]
BENCHMARK = PROJECT / "benchmarks" / "gpu_training.py"
FOREIGN = ("tfx", "tensorflow_transform", "apache_beam", "pydantic")
RUN = f"""
import runpy, sys
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
print(sorted(set(sys.modules) & set({FOREIGN})))
"""


def run(*arguments: str, script: str | None = None) -> list[str]:
    """Returns the lines that the benchmark printed."""
    command = [sys.executable, "-c", script] if script else [sys.executable]
    done = subprocess.run(
        [*command, str(BENCHMARK), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def packed(tmp_path_factory) -> Path:
    """A file of 40 images of noise, in two classes that differ in brightness."""
    folder = tmp_path_factory.mktemp("images")
    numbers = np.random.default_rng(1)
    for split in ("train", "test"):
        for label, brightness in (("dark", 60), ("light", 190)):
            (folder / split / label).mkdir(parents=True)
            for number in range(10):
                pixels = numbers.normal(brightness, 20, (8, 8, 3)).clip(0, 255)
                path = folder / split / label / f"{number}.png"
                Image.fromarray(pixels.astype(np.uint8)).save(path)
    run("--pack", str(folder / "arrays.npz"), "--images", str(folder))
    return folder / "arrays.npz"


def test_the_packed_file_holds_the_images_with_their_classes(packed):
    with np.load(packed) as arrays:
        assert arrays["train_images"].shape == (20, 8, 8, 3)
        assert arrays["train_images"].dtype == np.uint8
        means = arrays["test_images"].mean(axis=(1, 2, 3))
        np.testing.assert_array_equal(arrays["test_labels"], means > 125)


def test_it_times_both_formats_and_trains_without_the_pipelines_stack(packed):
    options = [
        "--batch-size",
        "10",
        "--steps",
        "1",
        "--rounds",
        "1",
        "--epochs",
        "1",
        "--options",
        '{"width": 4}',
    ]
    *_, line, foreign = run(str(packed), "--precision", "mixed_bfloat16", *options, script=RUN)
    result = json.loads(line)
    assert set(result["images_per_second"]) == {"float32", "mixed_bfloat16"}
    assert result["ratio"] == pytest.approx(
        result["images_per_second"]["mixed_bfloat16"] / result["images_per_second"]["float32"]
    )
    assert 0 <= result["training"]["accuracy"] <= 1
    assert result["training"]["parameters"] > 0
    assert foreign == "[]"
