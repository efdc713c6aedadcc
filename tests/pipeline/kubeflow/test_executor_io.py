"""What KFP tells a node becomes what TFX expects, and the node's answer what KFP expects."""

import pytest

from components.mounts import MOUNTED, to_local, to_remote
from pipeline.kubeflow.executor_io import for_kfp, for_tfx

TYPE = {"instanceSchema": "title: tfx.Model\ntype: object\n"}
SPEC = {"artifacts": {"model": {"artifactType": TYPE}, "baseline": {"artifactType": TYPE}}}


@pytest.fixture(autouse=True)
def mounted(monkeypatch):
    monkeypatch.setenv(MOUNTED, "")


def artifact(uri, **metadata):
    return {"artifacts": [{"name": "7", "uri": uri, "type": {"instanceSchema": ""}, **metadata}]}


def told(**inputs):
    return {
        "inputs": {"parameterValues": {"a": 1}, "artifacts": inputs},
        "outputs": {
            "artifacts": {
                "made": artifact("s3://bucket/made"),
                "executor-logs": artifact("s3://bucket/logs"),
            },
            "outputFile": "/tmp/out.json",
        },
    }


def test_types_are_filled_in_and_uris_are_where_the_launcher_puts_them():
    found = for_tfx(told(model=artifact("minio://bucket/a/b")), SPEC)
    (model,) = found["inputs"]["artifacts"]["model"]["artifacts"]
    assert model["type"] == TYPE
    assert model["uri"] == "/minio/bucket/a/b"
    assert found["inputs"]["parameterValues"] == {"a": 1}
    assert found["outputs"]["outputFile"] == "/tmp/out.json"


def test_the_logs_of_the_launcher_are_no_output():
    outputs = for_tfx(told(), SPEC)["outputs"]["artifacts"]
    assert {key: each["artifacts"][0]["uri"] for key, each in outputs.items()} == {
        "made": "/s3/bucket/made"
    }


def test_tfx_is_told_of_no_output_parameters():
    """It would refuse any that is not the value of an artifact."""
    asked = told()
    asked["outputs"]["parameters"] = {"run_goes_on": {"outputFile": "/tmp/run_goes_on"}}
    assert for_tfx(asked, SPEC)["outputs"]["parameters"] == {}


def test_what_does_not_exist_is_no_input():
    absent = artifact("gs://bucket/none", metadata={"absent": 1.0})
    found = for_tfx(told(model=artifact("gs://bucket/a"), baseline=absent), SPEC)
    assert list(found["inputs"]["artifacts"]) == ["model"]


def test_a_node_s_answer_has_the_uris_of_the_object_store():
    answer = {"artifacts": {"made": artifact("/gcs/bucket/elsewhere")}, "parameterValues": {"b": 2}}
    found = for_kfp(answer)
    assert found["artifacts"]["made"]["artifacts"][0]["uri"] == "gs://bucket/elsewhere"
    assert found["parameterValues"] == {"b": 2}


@pytest.mark.parametrize("uri", ["minio://b/c", "s3://b/c/d", "gs://b"])
def test_uris_come_back_as_they_were(uri, monkeypatch):
    assert to_local(uri).startswith("/")
    assert to_remote(to_local(uri)) == uri
    monkeypatch.setenv(MOUNTED, "/somewhere")
    assert to_local(uri).startswith("/somewhere/")
    assert to_remote(to_local(uri)) == uri


def test_without_a_launcher_uris_are_left_as_they_are(monkeypatch):
    """Vertex AI's nodes read gs:// by themselves, and a laptop's have paths."""
    monkeypatch.delenv(MOUNTED)
    assert to_local("gs://bucket/a") == "gs://bucket/a"
    assert to_remote("/gcs/bucket/a") == "/gcs/bucket/a"
