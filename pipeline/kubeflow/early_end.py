"""How a run on Kubeflow ends early and well, where its task says `retrain_only_if_drift`.

A condition of Kubeflow Pipelines reads parameters only, and TFX's nodes have none as outputs. So
the node that may end the run gets one, which our entry point fills in, and everything that comes
after it goes into a DAG of its own, with a condition: as KFP's compiler writes `dsl.If`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from components.run_end import END_OF_RUN

# The entry point of every node comes through here, and has no use for tasks.
if TYPE_CHECKING:
    from pipeline.task import Task

GOES_ON = "run_goes_on"
"""Output parameter: `true` or `false`."""
GATE = "DriftGate"
"""The node that may end a run."""
REST = "Retraining"
"""The DAG of what comes after it."""

Json = dict[str, Any]


def may_end_early(task: "Task") -> bool:
    """Returns whether a run of a task may leave nodes out."""
    return task.drift.on_drift == "retrain_only_if_drift"


def goes_on(executor_output: Mapping[str, Any]) -> str:
    """Returns the parameter's value from the artifacts that a node has made."""
    made = executor_output.get("artifacts", {}).values()
    artifacts = (artifact for entry in made for artifact in entry.get("artifacts", []))
    ends = any(artifact.get("metadata", {}).get(END_OF_RUN) for artifact in artifacts)
    return "false" if ends else "true"


def make_conditional(tasks: Json, components: Json) -> None:
    """Puts what comes after the gate into a DAG with a condition.

    Args:
      tasks: of the DAG that has the gate, by name; changed.
      components: of the pipeline, by name; changed.
    """
    rest = {name: tasks.pop(name) for name in sorted(_after(GATE, tasks))}
    upstream = {name for task in rest.values() for name in task["dependentTasks"]} - rest.keys()
    given: Json = {}
    for task in rest.values():
        task["dependentTasks"] = [name for name in task["dependentTasks"] if name in rest]
        artifacts = task["inputs"].get("artifacts", {})
        for key, source in artifacts.items():
            output = source["taskOutputArtifact"]
            if output["producerTask"] not in rest:
                name = f"{output['producerTask']}-{output['outputArtifactKey']}"
                given[name] = source
                artifacts[key] = {"componentInputArtifact": name}
    parameter = {GOES_ON: {"parameterType": "STRING"}}
    components[GATE]["outputDefinitions"]["parameters"] = parameter
    components[REST] = {
        "dag": {"tasks": rest},
        "inputDefinitions": {
            "artifacts": {name: _type(source, components) for name, source in given.items()},
            "parameters": parameter,
        },
    }
    tasks[REST] = {
        "componentRef": {"name": REST},
        "taskInfo": {"name": REST},
        "dependentTasks": sorted(upstream),
        "inputs": {
            "artifacts": given,
            "parameters": {
                GOES_ON: {
                    "taskOutputParameter": {"producerTask": GATE, "outputParameterKey": GOES_ON}
                }
            },
        },
        "triggerPolicy": {"condition": f"inputs.parameter_values['{GOES_ON}'] == 'true'"},
    }


def _after(gate: str, tasks: Json) -> set[str]:
    """Returns the tasks that depend on one, on whatever way."""
    found: set[str] = set()
    reached = {gate}
    while reached:
        reached = {
            name
            for name, task in tasks.items()
            if name not in found and reached & {*task.get("dependentTasks", [])}
        }
        found |= reached
    return found


def _type(source: Json, components: Json) -> Json:
    output = source["taskOutputArtifact"]
    outputs = components[output["producerTask"]]["outputDefinitions"]
    return {"artifactType": outputs["artifacts"][output["outputArtifactKey"]]["artifactType"]}
