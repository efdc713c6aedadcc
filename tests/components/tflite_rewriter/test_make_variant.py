"""Claims about the process that makes a variant, when it fails for real."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from components.tflite_rewriter import make_variant
from components.tflite_rewriter.interpret import interpret
from components.tflite_rewriter.limited_process import ProcessFailed, run_limited

MEMORY = 6 * 2**30


@pytest.fixture
def arguments(tmp_path, images):
    """Makes the arguments for the float32 variant of a SavedModel."""
    np.save(tmp_path / "inputs.npy", np.zeros((2, 8, 8, 1), np.float32))

    def of(saved_model: str, memory: int = MEMORY) -> dict:
        files = [str(tmp_path / name) for name in ("inputs.npy", "model.tflite", "answers.npy")]
        return {
            "module": make_variant.__name__,
            "arguments": [saved_model, "float32", *files],
            "memory_bytes": memory,
            "deadline_seconds": 100,
        }

    return of


def test_a_corrupt_saved_model_is_told_in_one_line(images, arguments, tmp_path):
    """The loader's own complaint about the broken graph is the reason, and no file is left."""
    broken = tmp_path / "broken"
    shutil.copytree(images.saved_model, broken)
    (broken / "saved_model.pb").write_bytes(b"this is no graph")
    with pytest.raises(ProcessFailed, match=r"Error: .*saved_model\.pb") as failure:
        run_limited(**arguments(str(broken)))
    assert "\n" not in str(failure.value)
    assert not (tmp_path / "model.tflite").exists()


def test_a_failed_interpretation_keeps_the_converted_model(images, arguments, tmp_path):
    """Inputs that do not fit fail the run after the conversion, whose file is whole."""
    np.save(tmp_path / "inputs.npy", np.zeros((2, 5, 5, 1), np.float32))
    with pytest.raises(ProcessFailed, match="Error"):
        run_limited(**arguments(images.saved_model))
    assert not (tmp_path / "answers.npy").exists()
    inputs = np.zeros((1, 8, 8, 1), np.float32)
    assert interpret(str(tmp_path / "model.tflite"), inputs).shape == (1, 3)
    assert not list(Path(tmp_path).glob("*.new"))
