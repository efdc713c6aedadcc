"""What Beam makes on Flink is what it makes without an engine.

Runs only where `PIPELINE_FLINK` names a folder with Flink and Beam's job server: `make flink-test`.
"""

import os
from pathlib import Path

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
import tensorflow_transform as tft

from tests.e2e.conftest import Copy, copy_project
from tests.flink.engine import flink, job_server, worker_pool

JARS = os.environ.get("PIPELINE_FLINK", "")
IMPORT = "from pipeline.task import "

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


@pytest.fixture(scope="module", params=["tiny_images", "tiny_texts"])
def task(request):
    """Name of a task."""
    return request.param


@pytest.fixture(scope="module")
def without(tmp_path_factory, task):
    """A copy that has run the task without an engine."""
    copy = copy_project(tmp_path_factory.mktemp("without"))
    ran(copy.run("run", task))
    return copy


@pytest.fixture(scope="module")
def with_flink(tmp_path_factory, task, server):
    """A copy that has run the task on Flink."""
    copy = copy_project(tmp_path_factory.mktemp("with"))
    run_on_flink(copy, task, server)
    return copy


def run_on_flink(copy: Copy, task: str, server: str):
    with worker_pool(copy.root, copy.environment()) as pool:
        file = f"pipeline/tasks/{task}.py"
        copy.edit(file, IMPORT, f"{IMPORT}Flink, ")
        copy.edit(
            file, f'    name="{task}",\n', f'    name="{task}",\n    beam={flink(server, pool)},\n'
        )
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
    """Counts and names exactly; means, deviations and quantiles but for the order of sums."""
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
            assert {(each.value, each.frequency) for each in other.string_stats.top_values} == {
                (each.value, each.frequency) for each in feature.string_stats.top_values
            }
            for number in ("mean", "std_dev", "min", "max", "median"):
                assert getattr(other.num_stats, number) == pytest.approx(
                    getattr(feature.num_stats, number), rel=1e-6, abs=1e-9
                ), (feature.path.step[0], number)


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
        assert (found[name] == value).all(), name
