"""What Beam makes on Flink is what it makes without an engine.

Runs only where `PIPELINE_FLINK` names a folder with Flink and Beam's job server: `make flink-test`.
"""

import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
import tensorflow_transform as tft

from data.cifar10 import examples
from pipeline.options.beam import Direct
from tests.e2e.conftest import PROJECT, Copy, copy_project
from tests.flink.engine import flink, job_server, worker_pool
from tests.flink.evaluate import evaluated

JARS = os.environ.get("PIPELINE_FLINK", "")
EXACT = 1_024
"""Different values up to which TFDV's sketch knows how often each comes."""
CIFAR10 = PROJECT.parent / "shared" / "data" / "cifar10.tar.xz"
CIFAR10_PART = '''"""5,000 images of CIFAR-10, and a network that learns little of them."""

from pipeline.run_local import main
from pipeline.task import Evaluation, ImageData, ImageFeatures, Model, Task, TFLite, Training

TASK = Task(
    name="cifar10_part",
    data=ImageData(path="data/cifar10_part"),
    features=ImageFeatures(height=32, width=32, channels=3),
    model=Model(name="residual_cnn", options={"width": 8}),
    training=Training(epochs=1),
    evaluation=Evaluation(min_accuracy=0.1),
    tflite=TFLite(variants=["float32"], examples=100, max_accuracy_drop=0.2),
)

if __name__ == "__main__":
    main(TASK)
'''

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not JARS, reason="PIPELINE_FLINK names no folder: see docs/beam.md"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address of a job server."""
    with job_server(Path(JARS), tmp_path_factory.mktemp("flink")) as address:
        yield address


@pytest.fixture(scope="module", params=["tiny_images", "tiny_texts", "digits", "cifar10_part"])
def task(request):
    """Name of a task."""
    if request.param == "cifar10_part" and not CIFAR10.exists():
        pytest.skip(f"{CIFAR10} is not there")
    return request.param


@pytest.fixture(scope="module")
def without(tmp_path_factory, task):
    """A copy that has run the task without an engine."""
    copy = copy_with(tmp_path_factory.mktemp("without"), task)
    ran(copy.run("run", task))
    return copy


@pytest.fixture(scope="module")
def with_flink(tmp_path_factory, task, server):
    """A copy that has run the task on Flink."""
    copy = copy_with(tmp_path_factory.mktemp("with"), task)
    run_on_flink(copy, task, server)
    return copy


def copy_with(root: Path, task: str) -> Copy:
    copy = copy_project(root)
    if task == "cifar10_part":
        (root / f"pipeline/tasks/{task}.py").write_text(CIFAR10_PART)
        write_cifar10(root / "data" / task, 500)
    return copy


def write_cifar10(folder: Path, per_class: int):
    """Writes the first images of each class of the training split."""
    left: dict[str, int] = {}
    with tarfile.open(CIFAR10) as archive:
        for member in archive:
            if not member.isfile():
                continue
            for name, content in examples(member.name, archive.extractfile(member).read()):
                split, label, file = name.split("/")
                if split == "train" and left.setdefault(label, per_class):
                    left[label] -= 1
                    (folder / label).mkdir(parents=True, exist_ok=True)
                    (folder / label / file).write_bytes(content)
    assert left and not any(left.values())


def run_on_flink(copy: Copy, task: str, server: str):
    with worker_pool(copy.root, copy.environment()) as pool:
        file, name = f"pipeline/tasks/{task}.py", f'    name="{task}",\n'
        beam = f"    beam={flink(server, pool)!r},\n"
        copy.edit(file, "\nTASK = Task(", "\nfrom pipeline.task import Flink\n\nTASK = Task(")
        copy.edit(file, name, f"{name}{beam}")
        ran(copy.run("run", task))
        assert "Starting worker with command" in (copy.root / "worker_pool.log").read_text()


def ran(outcome):
    assert outcome.code == 0, outcome.output
    return outcome


def artifact(copy: Copy, task: str, node: str, key: str) -> Path:
    """Returns the newest artifact of a node."""
    folder = copy.root / "runs" / task / "artifacts" / node / key
    return max(folder.iterdir(), key=lambda path: int(path.name))


def records(folder: Path) -> list[bytes]:
    """Returns the records of a split, in no order of their own."""
    files = [str(path) for path in folder.iterdir()]
    return sorted(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator())


def test_examples_are_the_same_to_the_byte(without, with_flink, task):
    for split in ("train", "eval", "test"):
        found, expected = (
            records(artifact(copy, task, "ExampleGen", "examples") / f"Split-{split}")
            for copy in (with_flink, without)
        )
        assert len(found) > 5
        assert found == expected


def test_statistics_are_the_same(without, with_flink, task):
    """Counts and names exactly; means, deviations and medians but for the order of sums."""
    for split in ("train", "eval"):
        found, expected = (
            tfdv.load_stats_binary(
                str(
                    artifact(copy, task, "StatisticsGen", "statistics")
                    / f"Split-{split}/FeatureStats.pb"
                )
            ).datasets[0]
            for copy in (with_flink, without)
        )
        assert found.num_examples == expected.num_examples
        by_name = {feature.path.step[0]: feature for feature in found.features}
        assert by_name.keys() == {feature.path.step[0] for feature in expected.features}
        for feature in expected.features:
            other = by_name[feature.path.step[0]]
            assert other.type == feature.type
            assert other.num_stats.common_stats.num_non_missing == (
                feature.num_stats.common_stats.num_non_missing
            )
            assert other.string_stats.unique == feature.string_stats.unique
            if feature.string_stats.unique <= EXACT:
                assert top_values(other) == top_values(feature)
            for number in ("mean", "std_dev", "min", "max", "median"):
                assert getattr(other.num_stats, number) == pytest.approx(
                    getattr(feature.num_stats, number), rel=1e-6, abs=1e-9
                ), (feature.path.step[0], number)


def top_values(feature):
    return {(each.value, each.frequency) for each in feature.string_stats.top_values}


def test_the_transform_is_the_same(without, with_flink, task):
    """What it learned from the examples, and what its graph makes of others."""
    examples = records(artifact(without, task, "ExampleGen", "examples") / "Split-eval")

    def learned(copy):
        folder = artifact(copy, task, "Transform", "transform_graph") / "transform_fn/assets"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def transformed(copy):
        graph = tft.TFTransformOutput(str(artifact(copy, task, "Transform", "transform_graph")))
        raw = tf.io.parse_example(examples, graph.raw_feature_spec())
        return {
            name: (
                tf.sparse.to_dense(value) if isinstance(value, tf.SparseTensor) else value
            ).numpy()
            for name, value in graph.transform_features_layer()(raw).items()
        }

    assert learned(with_flink) == learned(without)
    assert bool(learned(without)) == (task == "tiny_texts")
    found, expected = transformed(with_flink), transformed(without)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        # The means of the pixels are sums in another order.
        np.testing.assert_allclose(found[name], value, rtol=1e-6, atol=1e-6, err_msg=name)


def test_an_evaluation_of_the_same_predictions_is_the_same(without, task, server, tmp_path):
    """Counts exactly; other numbers but for the order of sums."""
    predictions = artifact(without, task, "Predictor", "predictions")
    kind = "text" if task == "tiny_texts" else "image"
    expected = evaluated(predictions, kind, Direct().arguments, tmp_path / "direct")
    with worker_pool(tmp_path, without.environment()) as pool:
        found = evaluated(predictions, kind, flink(server, pool).arguments, tmp_path / "flink")
        assert "Starting worker with command" in (tmp_path / "worker_pool.log").read_text()
    assert found.keys() == expected.keys()
    assert len(expected) > 5
    for of_slice, metrics in expected.items():
        assert found[of_slice].keys() == metrics.keys()
        for name, numbers in metrics.items():
            other = found[of_slice][name]
            assert other == pytest.approx(numbers, rel=1e-9, abs=1e-12, nan_ok=True), (
                of_slice,
                name,
            )
