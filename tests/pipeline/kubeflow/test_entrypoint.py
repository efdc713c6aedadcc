"""A node finds artifacts on the disk of its pod, but for one whose workers are elsewhere."""

import json

import pytest
from tfx.dsl.io import fileio
from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor

from components.mounts import MOUNTED
from pipeline.kubeflow import entrypoint


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs a node that does nothing; returns the URI of its output, and the folders made."""
    # What the node sets is gone after the test.
    monkeypatch.setenv(MOUNTED, "")
    monkeypatch.delenv(MOUNTED)
    made, told = [], []
    monkeypatch.setattr(fileio, "makedirs", made.append)

    def main(parsed):
        flags, _ = parsed
        told.append(json.loads(flags.json_serialized_invocation_args))
        (tmp_path / "output.json").write_text("{}")

    monkeypatch.setattr(kubeflow_v2_run_executor, "main", main)
    artifact = {"artifacts": [{"name": "7", "uri": "gs://bucket/made", "type": {}}]}
    executor_input = {
        "inputs": {},
        "outputs": {
            "artifacts": {"statistics": artifact},
            "outputFile": str(tmp_path / "output.json"),
        },
    }

    def run_node(*beam: str) -> tuple[str, list[str]]:
        entrypoint.run(
            [
                *("--executor_class_path", "a.B"),
                *("--json_serialized_invocation_args", json.dumps(executor_input)),
                *("--json_serialized_inputs_spec_args", "{}"),
                *beam,
            ]
        )
        return told[-1]["outputs"]["artifacts"]["statistics"]["artifacts"][0]["uri"], made

    return run_node


def test_a_node_writes_where_the_launcher_copies_from(run):
    assert run("--direct_num_workers=1") == ("/gcs/bucket/made", ["/gcs/bucket/made"])


def test_what_runs_on_dataflow_writes_to_the_object_store(run):
    assert run("--runner=DataflowRunner") == ("gs://bucket/made", ["gs://bucket/made"])
