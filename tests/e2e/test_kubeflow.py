"""The whole compiled DAG under a re-enactment of Kubeflow Pipelines' driver and launcher, twice."""

import shutil

import pytest

from data import digits
from pipeline.kubeflow.compile import compile_pipeline
from pipeline.kubeflow.settings import Settings
from pipeline.load import load_task
from tests.pipeline.kubeflow.reenactment import Cluster

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

SETTINGS = Settings("registry.example.com/pipeline:1.0", "minio://mlpipeline/tasks")
HOME = f"{SETTINGS.root}/digits"


def every_seventh_image(_, names):
    return [name for name in sorted(names) if name.endswith(".png")][::7]


def versions(cluster, kind):
    folder = cluster.object(f"{HOME}/{kind}")
    return sorted(path.name for path in folder.iterdir() if path.name.isdigit())


def test_a_second_run_finds_the_first_and_a_killed_node_is_run_again(tmp_path):
    specification = compile_pipeline(load_task("digits"), SETTINGS)
    cluster = Cluster(tmp_path)
    everything = tmp_path / "digits"
    digits.write(everything)
    spans = cluster.object(f"{HOME}/data")
    shutil.copytree(everything, spans / "span-1", ignore=every_seventh_image)

    first = cluster.run(specification)
    assert first["ModelGate"]["blessing"]["metadata"]["verdict"] == "blessed"
    assert first["BaselineModel"]["model"]["metadata"]["absent"] == 1
    assert first["DriftReport"]["report"]["metadata"]["verdict"] == "no reference"
    assert first["ExampleGen"]["examples"]["metadata"]["span"] == 1
    (version,) = versions(cluster, "serving")
    assert versions(cluster, "tflite") == versions(cluster, "in_service") == [version]
    served = cluster.object(f"{HOME}/serving/{version}")
    assert (served / "saved_model.pb").is_file()
    assert (served / "assets.extra/tf_serving_warmup_requests").is_file()
    assert (cluster.object(f"{HOME}/tflite/{version}") / "model.tflite").is_file()

    shutil.copytree(everything, spans / "span-2")
    cluster.kill["Trainer"] = 12
    cluster.attempts.clear()
    second = cluster.run(specification)
    assert cluster.attempts.count("Trainer") == 2
    assert second["ExampleGen"]["examples"]["metadata"]["span"] == 2
    assert second["BaselineModel"]["model"]["uri"] == first["Trainer"]["model"]["uri"]
    assert second["DriftReference"]["reference"]["uri"] == first["ExampleGen"]["examples"]["uri"]
    assert second["DriftReport"]["report"]["metadata"]["verdict"] == "none"
    pushed = second["Pusher"]["pushed_model"]["metadata"]["pushed"] == 1
    assert pushed == (second["ModelGate"]["blessing"]["metadata"]["verdict"] == "blessed")
    for kind in ("serving", "in_service"):
        assert versions(cluster, kind)[0] == version
        assert len(versions(cluster, kind)) == 1 + pushed
