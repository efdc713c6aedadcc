"""Claims about formats other than the phone's, where their packages are installed."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from components.tflite_rewriter.rewrite import rewrite
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.variants import VARIANTS


@pytest.mark.parametrize("name", ["onnx", "openvino"])
@pytest.mark.parametrize("kind", ["images", "texts"])
def test_another_format_takes_and_answers_the_same_tensors(
    request, tmp_path, in_process, name, kind
):
    """The same pixels or token ids give the SavedModel's answers, up to half precision, and the
    file that the report names opens."""
    # Not imported: OpenVINO would report that to its makers.
    if not all(map(find_spec, VARIANTS[name].format.PACKAGES)):
        pytest.skip(f"the extra {name!r} is not installed")
    exported = request.getfixturevalue(kind)
    settings = Settings(
        examples=20, variants=("float32", name), max_accuracy_drop=0.5, min_agreement=0.5
    )
    report = rewrite(exported.source, settings, "17", tmp_path)
    row = report.row(name)
    assert row.status == "within", row.reason
    assert row.comparison.max_difference < 5e-3
    assert [latency.threads for latency in row.latencies] == [1, 2]
    assert row.bytes == sum(file.stat().st_size for file in (tmp_path / row.path).parent.iterdir())
    answer = VARIANTS[name].format.open_model(Path(tmp_path, row.path), threads=1)
    example = np.zeros((8, 8, 3), np.float32) if kind == "images" else np.zeros(12, np.int32)
    assert answer(example).sum() == pytest.approx(1, abs=1e-3)
    assert report.blessed == "float32"
