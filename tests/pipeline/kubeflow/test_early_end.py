"""How a compiled run may end early."""

import pytest
import yaml
from kfp import components

from components.run_end import END_OF_RUN
from pipeline.kubeflow.compile import compile_pipeline
from pipeline.kubeflow.early_end import GOES_ON, REST, goes_on
from pipeline.kubeflow.settings import Settings
from pipeline.load import load_task

SETTINGS = Settings("registry.example.com/pipeline:1.0", "minio://mlpipeline/tasks")


@pytest.fixture(scope="module")
def compiled():
    task = load_task("digits")
    task = task.replace(drift=task.drift.replace(on_drift="retrain_only_if_drift"))
    return compile_pipeline(task, SETTINGS)


@pytest.fixture(scope="module")
def spec(compiled):
    return yaml.safe_load(compiled)


def test_what_comes_after_the_gate_is_a_dag_with_a_condition(spec):
    tasks, rest = spec["root"]["dag"]["tasks"], spec["components"][REST]["dag"]["tasks"]
    assert {"ExampleGen", "DriftReport", "DriftGate", REST} <= tasks.keys()
    assert {"Transform", "Trainer", "ModelGate", "Pusher", "TFLiteRewriter"} <= rest.keys()
    assert not tasks.keys() & rest.keys()
    condition = tasks[REST]["triggerPolicy"]["condition"]
    assert condition == f"inputs.parameter_values['{GOES_ON}'] == 'true'"
    assert GOES_ON in spec["components"]["DriftGate"]["outputDefinitions"]["parameters"]


def test_every_input_comes_from_where_its_node_can_see(spec):
    """KFP refuses a pipeline where a DAG's task names a producer that is not in the same DAG."""
    for tasks, given in (
        (spec["root"]["dag"]["tasks"], set()),
        (
            spec["components"][REST]["dag"]["tasks"],
            {*spec["components"][REST]["inputDefinitions"]["artifacts"]},
        ),
    ):
        for name, task in tasks.items():
            assert {*task.get("dependentTasks", [])} <= tasks.keys(), name
            for source in task.get("inputs", {}).get("artifacts", {}).values():
                if "componentInputArtifact" in source:
                    assert source["componentInputArtifact"] in given
                else:
                    assert source["taskOutputArtifact"]["producerTask"] in tasks, name
    assert {*spec["root"]["dag"]["tasks"][REST]["inputs"]["artifacts"]} == given


def test_kfp_loads_it(compiled):
    assert components.load_component_from_text(compiled).name == "digits"


@pytest.mark.parametrize(("metadata", "value"), [({}, "true"), ({END_OF_RUN: "no drift"}, "false")])
def test_a_run_goes_on_unless_an_artifact_says_that_it_ends(metadata, value):
    output = {"artifacts": {"verdict": {"artifacts": [{"metadata": metadata}]}}}
    assert goes_on(output) == value
