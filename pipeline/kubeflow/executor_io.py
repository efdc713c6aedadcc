"""What open-source KFP tells a node, as TFX's entry point expects it, and the node's answer.

Written for Vertex AI, TFX's entry point expects four things that KFP does otherwise
(`driver.go` and `launcher_v2.go` of KFP 2):

- The types of inputs are withheld; the node's own specification has them.
- Artifacts have the URIs of an object store, and lie elsewhere: see `components.mounts`.
- The artifact `executor-logs` is among the outputs, which the node knows nothing of.
- So are parameters, of which TFX knows only those that it made itself.

Another thing is ours: an output that does not exist, such as the model in service before there is
one, has to be an artifact in KFP all the same. It has the property `absent`, and is no input of the
nodes that it goes to, as on a laptop.
"""

from collections.abc import Mapping
from typing import Any

from components.absent import ABSENT
from components.mounts import to_local, to_remote

_LOGS = "executor-logs"

Json = dict[str, Any]


def for_tfx(executor_input: Json, inputs_spec: Mapping[str, Any]) -> Json:
    """Returns KFP's ExecutorInput as TFX expects it.

    Args:
      executor_input: as KFP's launcher hands it over.
      inputs_spec: the ComponentInputsSpec of the node.
    """
    inputs, outputs = executor_input.get("inputs", {}), executor_input.get("outputs", {})
    types = {name: spec["artifactType"] for name, spec in inputs_spec.get("artifacts", {}).items()}
    given = {
        name: _artifacts(entry, types.get(name))
        for name, entry in inputs.get("artifacts", {}).items()
        if not _is_absent(entry)
    }
    made = {
        name: _artifacts(entry)
        for name, entry in outputs.get("artifacts", {}).items()
        if name != _LOGS
    }
    return executor_input | {
        "inputs": inputs | {"artifacts": given},
        "outputs": outputs | {"artifacts": made, "parameters": {}},
    }


def for_kfp(executor_output: Json) -> Json:
    """Returns the node's ExecutorOutput with the URIs of the object store."""
    artifacts = {
        name: {
            "artifacts": [
                each | {"uri": to_remote(each["uri"])} if "uri" in each else each
                for each in entry.get("artifacts", [])
            ]
        }
        for name, entry in executor_output.get("artifacts", {}).items()
    }
    return executor_output | {"artifacts": artifacts}


def _artifacts(entry: Json, type_schema: Json | None = None) -> Json:
    filled = [each | {"uri": to_local(each["uri"])} for each in entry.get("artifacts", [])]
    if type_schema:
        filled = [each | {"type": type_schema} for each in filled]
    return entry | {"artifacts": filled}


def _is_absent(entry: Json) -> bool:
    return any(each.get("metadata", {}).get(ABSENT) for each in entry.get("artifacts", []))
