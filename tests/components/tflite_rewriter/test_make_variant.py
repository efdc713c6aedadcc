"""Claims about the processes that make and time a variant, when they fail for real."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from components.limited_process import ProcessFailed, run_limited
from components.tflite_rewriter import make_variant, time_variants
from components.tflite_rewriter.formats.tensorflow_lite import open_model
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.make_contract import make_contract
from components.tflite_rewriter.network import Network

pytestmark = pytest.mark.training

LIMITS = {"memory_bytes": 6 * 2**30, "deadline_seconds": 100}


@pytest.fixture
def job(tmp_path, images) -> Job:
    """Makes the float32 variant of a network of images, whose tensors it takes as they are."""
    network = Network(images.saved_model)
    make_contract(network, "tiny", "image", images.features, tmp_path)
    np.save(tmp_path / "inputs.npy", network.transform(images.raw[:5]))
    return Job(
        variant="float32",
        saved_model=images.saved_model,
        standardisation=None,
        contract=str(tmp_path),
        inputs=str(tmp_path / "inputs.npy"),
        representative=str(tmp_path / "inputs.npy"),
        model=str(tmp_path / "model"),
        answers=str(tmp_path / "answers.npy"),
        latencies=str(tmp_path / "latencies.json"),
        threads=(1, 2),
    )


def run(module: str, job: Job, folder: Path) -> None:
    job.write(str(folder / "job.json"))
    run_limited(module, [str(folder / "job.json")], **LIMITS)


def test_a_variant_is_made_asked_and_timed(job, images, tmp_path):
    """Two processes leave the model, its answers, and a latency for each number of threads."""
    run(make_variant.__name__, job, tmp_path)
    network = Network(images.saved_model)
    signature = network._model.signatures["tflite"]
    expected = signature(image=np.load(job.inputs))["probabilities"].numpy()
    np.testing.assert_allclose(np.load(job.answers), expected, atol=1e-5)
    run(time_variants.__name__, job, tmp_path)
    latencies = json.loads(Path(job.latencies).read_text())
    assert [each["threads"] for each in latencies] == [1, 2]
    assert all(0 < each["median_ms"] <= each["p95_ms"] for each in latencies)


def test_a_corrupt_saved_model_is_told_in_one_line(job, images, tmp_path):
    """The loader's own complaint about the broken graph is the reason, and no model is left."""
    broken = tmp_path / "broken"
    shutil.copytree(images.saved_model, broken)
    (broken / "saved_model.pb").write_bytes(b"this is no graph")
    with pytest.raises(ProcessFailed, match=r"Error: .*saved_model\.pb") as failure:
        run(make_variant.__name__, dataclasses.replace(job, saved_model=str(broken)), tmp_path)
    assert "\n" not in str(failure.value)
    assert not Path(job.model).exists()


def test_a_failed_interpretation_keeps_the_converted_model(job, tmp_path):
    """Inputs that do not fit fail the process after the conversion, whose model is whole."""
    np.save(job.inputs, np.zeros((2, 5, 5, 3), np.float32))
    with pytest.raises(ProcessFailed, match="Error"):
        run(make_variant.__name__, job, tmp_path)
    assert not Path(job.answers).exists()
    answer = open_model(Path(job.model, "model.tflite"), threads=1)
    assert answer(np.zeros((8, 8, 3), np.float32)).shape == (3,)
    assert not make_variant.unfinished(job).exists()


def test_probabilities_that_are_not_finite_are_refused(job, tmp_path):
    """A model that answers NaN has no accuracy to speak of."""
    np.save(job.inputs, np.full((2, 8, 8, 3), np.nan, np.float32))
    with pytest.raises(ProcessFailed, match="not all finite"):
        run(make_variant.__name__, job, tmp_path)


def test_a_corrupt_model_is_told_when_it_is_timed(job, tmp_path):
    """A file that is no model fails the process with the interpreter's reason."""
    Path(job.model).mkdir()
    Path(job.model, "model.tflite").write_bytes(b"no model")
    with pytest.raises(ProcessFailed, match="ValueError: "):
        run(time_variants.__name__, job, tmp_path)
    assert not Path(job.latencies).exists()
