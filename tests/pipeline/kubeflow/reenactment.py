"""Plays the driver and the launcher of open-source Kubeflow Pipelines 2, as their source has them.

`driver.go` and `launcher_v2.go` of KFP 2, as far as a node can tell:

- An artifact comes without its type: the driver leaves the schema empty.
- Inputs are copied from the object store to `/minio/BUCKET/…` before a node runs, outputs back
  afterwards, under the URIs that the node's answer gives them. What is not there is not copied.
- The folder above an output is made, the output itself is not.
- An artifact `executor-logs` is among the outputs.
- An importer makes an artifact of a URI, whether or not something is there.
- A node that fails is started again, as often as its retry policy says.

Every node is a process of its own, which sees no mounts but its own.
"""

import graphlib
import json
import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[3]
_SCHEME = "minio://"
_SECONDS = 400


class NodeFailed(Exception):
    """A node failed as often as it may."""


@dataclass
class Cluster:
    """An object store, and what runs beside it."""

    folder: Path
    project: Path = PROJECT
    kill: dict[str, float] = field(default_factory=dict)
    """Nodes whose process is killed once, after so many seconds."""
    attempts: list[str] = field(default_factory=list)
    """Every node that was started, in order."""

    @property
    def store(self) -> Path:
        """Where the objects lie."""
        return self.folder / "store"

    def object(self, uri: str) -> Path:
        """Returns where something of the object store lies."""
        assert uri.startswith(_SCHEME), uri
        return self.store / uri.removeprefix(_SCHEME)

    def run(self, specification: str) -> dict[str, dict[str, Any]]:
        """Runs a compiled pipeline; returns the outputs of its nodes, by node and name.

        Raises:
          NodeFailed: the message has the end of what it said.
        """
        spec = yaml.safe_load(specification)
        tasks = spec["root"]["dag"]["tasks"]
        order = graphlib.TopologicalSorter(
            {name: set(task.get("dependentTasks", [])) for name, task in tasks.items()}
        )
        root = f"{spec['defaultPipelineRoot']}/{spec['pipelineInfo']['name']}/{uuid.uuid4()}"
        made: dict[str, dict[str, Any]] = {}
        for name in order.static_order():
            component = spec["components"][tasks[name]["componentRef"]["name"]]
            executor = spec["deploymentSpec"]["executors"][component["executorLabel"]]
            if "importer" in executor:
                uri = executor["importer"]["artifactUri"]["constant"]
                made[name] = {
                    key: _artifact(uri) for key in component["outputDefinitions"]["artifacts"]
                }
            else:
                made[name] = self._node(
                    name, tasks[name], component, executor["container"], made, f"{root}/{name}"
                )
        return made

    def _node(self, name, task, component, container, made, root) -> dict[str, Any]:
        retries = task.get("retryPolicy", {}).get("maxRetryCount", 0)
        for attempt in range(retries + 1):
            self.attempts.append(name)
            place = f"{root}/{uuid.uuid4()}"
            outputs = self._outputs(component, place)
            code, said = self._start(name, task, container, made, outputs)
            if code == 0:
                return self._publish(outputs)
            if attempt == retries:
                raise NodeFailed(f"{name} ended with {code}:\n{said[-3000:]}")
        raise AssertionError("unreachable")

    @staticmethod
    def _outputs(component, place) -> dict[str, Any]:
        declared = component.get("outputDefinitions", {}).get("artifacts", {})
        return {
            key: {
                "name": key,
                "uri": f"{place}/{key}",
                "type": spec["artifactType"],
                "metadata": {},
            }
            for key, spec in declared.items()
        }

    def _start(self, name, task, container, made, outputs) -> tuple[int, str]:
        """Runs the process of a node, and copies what it was given and what it has made."""
        inside = self.folder / "nodes" / f"{len(self.attempts)}-{name}"
        answer = inside / "kfp_outputs" / "output_metadata.json"
        answer.parent.mkdir(parents=True)
        inputs = {
            key: made[value["taskOutputArtifact"]["producerTask"]][
                value["taskOutputArtifact"]["outputArtifactKey"]
            ]
            for key, value in task.get("inputs", {}).get("artifacts", {}).items()
        }
        for artifact in inputs.values():
            if self.object(artifact["uri"]).exists():
                target = _mounted(inside, artifact["uri"])
                shutil.copytree(self.object(artifact["uri"]), target, dirs_exist_ok=True)
        for artifact in outputs.values():
            _mounted(inside, artifact["uri"]).parent.mkdir(parents=True, exist_ok=True)
        logs = {"name": "executor-logs", "uri": f"{_SCHEME}logs/{name}", "type": {}, "metadata": {}}
        invocation = {
            "inputs": {
                "parameterValues": {
                    key: value["runtimeValue"]["constant"]
                    for key, value in task.get("inputs", {}).get("parameters", {}).items()
                },
                "artifacts": {
                    key: {"artifacts": [artifact | {"type": {"instanceSchema": ""}}]}
                    for key, artifact in inputs.items()
                },
            },
            "outputs": {
                "artifacts": {
                    key: {"artifacts": [artifact]}
                    for key, artifact in (outputs | {"executor-logs": logs}).items()
                },
                "outputFile": str(answer),
            },
        }
        words = [*container["command"], *container["args"]]
        command = [word.replace("{{$}}", json.dumps(invocation)) for word in words]
        code, said = self._process(name, [sys.executable, *command[1:]], inside)
        if code:
            shutil.rmtree(inside)
            return code, said
        found = json.loads(answer.read_text())
        for key, artifact in outputs.items():
            told = found.get("artifacts", {}).get(key, {}).get("artifacts", [{}])[0]
            artifact["uri"] = told.get("uri") or artifact["uri"]
            artifact["metadata"] |= told.get("metadata", {})
            local = _mounted(inside, artifact["uri"])
            if local.exists():
                shutil.copytree(local, self.object(artifact["uri"]), dirs_exist_ok=True)
        shutil.rmtree(inside)
        return 0, said

    def _process(self, name: str, command: list[str], inside: Path) -> tuple[int, str]:
        environment = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        environment |= {
            "PYTHONPATH": str(self.project),
            "HOME": str(inside),
            "KFP_MOUNTED": str(inside),
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        seconds = self.kill.pop(name, None)
        process = subprocess.Popen(
            command,
            cwd=self.project,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            said, _ = process.communicate(timeout=seconds or _SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
        return process.returncode, said

    @staticmethod
    def _publish(outputs) -> dict[str, Any]:
        """Gives artifacts the names that ML Metadata would."""
        return {
            key: _artifact(artifact["uri"], artifact["metadata"] | {"display_name": key})
            for key, artifact in outputs.items()
        }


def _artifact(uri: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": str(uuid.uuid4().int % 10**6), "uri": uri, "metadata": metadata or {}}


def _mounted(inside: Path, uri: str) -> Path:
    return inside / "minio" / uri.removeprefix(_SCHEME)
