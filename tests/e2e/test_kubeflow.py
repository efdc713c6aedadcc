"""The whole compiled DAG under a re-enactment of Kubeflow Pipelines' driver and launcher."""

import re
import shutil

import pytest

from data import digits
from pipeline.kubeflow.compile import compile_pipeline
from pipeline.kubeflow.settings import Settings
from pipeline.load import load_task
from pipeline.options.kubeflow import Kubeflow, Notify
from pipeline.task import Choice, Model, Student, Tuning
from tests.components.notifier.receiver import receiving
from tests.pipeline.kubeflow.reenactment import Cluster, NodeFailed

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

SETTINGS = Settings("registry.example.com/pipeline:1.0", "minio://mlpipeline/tasks")
HOME = f"{SETTINGS.root}/digits"


def every_seventh_image(_, names):
    return [name for name in sorted(names) if name.endswith(".png")][::7]


def versions(cluster, kind):
    folder = cluster.object(f"{HOME}/{kind}")
    return sorted(path.name for path in folder.iterdir() if path.name.isdigit())


def scheduled():
    """Every node there is, as a schedule runs it: where something moved, and telling a webhook."""
    task = load_task("digits")
    half = Model(name="residual_cnn", options={"width": 8})
    return task.replace(
        tuning=Tuning(fields={"training.learning_rate": Choice([3e-3, 2e-3])}, trials=2, epochs=2),
        students=(Student(name="half", model=half, epochs=3),),
        drift=task.drift.replace(on_drift="retrain_only_if_drift"),
        kubeflow=Kubeflow(notify=Notify(secret="slack", pages="https://kfp"), retries=0),
    )


def test_runs_push_end_early_find_the_first_and_survive_a_kill(tmp_path):
    with receiving() as receiver:
        secrets = {"slack": {"url": receiver.url}}
        cluster = Cluster(tmp_path, secrets=secrets)
        specification = compile_pipeline(scheduled(), SETTINGS)

        with pytest.raises(NodeFailed, match="ExampleGen ended with 2"):
            cluster.run(specification)
        (told,) = receiver.texts
        assert re.fullmatch(
            r"digits: a run ended as FAILED\.\nhttps://kfp/#/runs/details/[\w-]{36}", told
        )
        receiver.texts.clear()

        everything = tmp_path / "digits"
        digits.write(everything)
        spans = cluster.object(f"{HOME}/data")
        shutil.copytree(everything, spans / "span-1", ignore=every_seventh_image)
        first = cluster.run(specification)
        assert {"Tuner", "StudentTrainer", "ModelNotifier"} <= first.keys()
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
        cluster.attempts.clear()
        early = cluster.run(specification)
        assert early["DriftReport"]["report"]["metadata"]["verdict"] == "none"
        assert "Trainer" not in early and "Trainer" not in cluster.attempts
        assert versions(cluster, "in_service") == [version]
        assert receiver.texts == []

    cluster.kill["Trainer"] = 12
    cluster.attempts.clear()
    second = cluster.run(compile_pipeline(load_task("digits"), SETTINGS))
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
