"""Plays the driver and the launcher of open-source Kubeflow Pipelines 2, as their source has them.

`driver/*.go`, `launcher_v2.go` and `argocompiler/dag.go` of KFP 2, as far as a node can tell:

- An artifact comes without its type: the driver leaves the schema empty.
- Inputs are copied from the object store to `/minio/BUCKET/…` before a node runs, outputs back
  afterwards, under the URIs that the node's answer gives them. What is not there is not copied.
- The folder above an output is made, the output itself is not.
- An artifact `executor-logs` is among the outputs.
- An importer makes an artifact of a URI, whether or not something is there.
- A node that fails is started again, as often as its retry policy says.
- A DAG within a DAG sees its own inputs only, and does not run where its condition says so.
- A node that runs at the exit of a DAG is told the DAG's state: FAILED where something has failed,
  RUNNING where something has not run, COMPLETE else.

Every node is a process of its own, which sees no mounts but its own.
"""

import graphlib
import json
import os
import re
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
_CONDITION = re.compile(r"inputs\.parameter_values\['(\w+)'\] == '(\w+)'")

Json = dict[str, Any]


class NodeFailed(Exception):
    """A node failed as often as it may."""


@dataclass
class Cluster:
    """An object store, and what runs beside it."""

    folder: Path
    project: Path = PROJECT
    kill: dict[str, float] = field(default_factory=dict)
    """Nodes whose process is killed once, after so many seconds."""
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    """Kubernetes' secrets, by name and key."""
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

    def run(self, specification: str) -> dict[str, Json]:
        """Runs a compiled pipeline; returns the output artifacts of its nodes, by node and name.

        Raises:
          NodeFailed: the message has the end of what it said.
        """
        spec, *platforms = yaml.safe_load_all(specification)
        of_kubernetes = platforms[0]["platforms"]["kubernetes"] if platforms else {}
        run_id = str(uuid.uuid4())
        root = f"{spec['defaultPipelineRoot']}/{spec['pipelineInfo']['name']}/{run_id}"
        run = _Run(self, spec, of_kubernetes, run_id, root)
        run.dag(spec["root"]["dag"]["tasks"], {})
        return run.made

    def node(self, name, component, container, secrets, retries, inputs, place) -> Json:
        """Runs a node; returns the artifacts and the parameters that it has made.

        Raises:
          NodeFailed: as often as it may.
        """
        for attempt in range(retries + 1):
            self.attempts.append(name)
            outputs = self._outputs(component, f"{place}/{uuid.uuid4()}")
            code, said, answer = self._start(name, inputs, container, secrets, component, outputs)
            if code == 0:
                return {"artifacts": self._publish(outputs), "parameters": answer}
            if attempt == retries:
                raise NodeFailed(f"{name} ended with {code}:\n{said[-3000:]}")
        raise AssertionError("unreachable")

    @staticmethod
    def _outputs(component, place) -> Json:
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

    def _start(
        self, name, given, container, secrets, component, outputs
    ) -> tuple[int, str, dict[str, str]]:
        """Runs the process of a node, and copies what it was given and what it has made."""
        inside = self.folder / "nodes" / f"{len(self.attempts)}-{name}"
        answer = inside / "kfp_outputs" / "output_metadata.json"
        answer.parent.mkdir(parents=True)
        inputs = given["artifacts"]
        for artifact in inputs.values():
            if self.object(artifact["uri"]).exists():
                target = _mounted(inside, artifact["uri"])
                shutil.copytree(self.object(artifact["uri"]), target, dirs_exist_ok=True)
        for artifact in outputs.values():
            _mounted(inside, artifact["uri"]).parent.mkdir(parents=True, exist_ok=True)
        parameters = component.get("outputDefinitions", {}).get("parameters", {})
        logs = {"name": "executor-logs", "uri": f"{_SCHEME}logs/{name}", "type": {}, "metadata": {}}
        invocation = {
            "inputs": {
                "parameterValues": given["parameters"],
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
                "parameters": {
                    key: {"outputFile": str(inside / "kfp_outputs" / key)} for key in parameters
                },
                "outputFile": str(answer),
            },
        }
        words = [*container["command"], *container["args"]]
        command = [word.replace("{{$}}", json.dumps(invocation)) for word in words]
        code, said = self._process(name, [sys.executable, *command[1:]], inside, secrets)
        if code:
            shutil.rmtree(inside)
            return code, said, {}
        found = json.loads(answer.read_text())
        for key, artifact in outputs.items():
            told = found.get("artifacts", {}).get(key, {}).get("artifacts", [{}])[0]
            artifact["uri"] = told.get("uri") or artifact["uri"]
            artifact["metadata"] |= told.get("metadata", {})
            local = _mounted(inside, artifact["uri"])
            if local.exists():
                shutil.copytree(local, self.object(artifact["uri"]), dirs_exist_ok=True)
        shutil.rmtree(inside)
        return 0, said, {key: found["parameterValues"][key] for key in parameters}

    def _process(
        self, name: str, command: list[str], inside: Path, secrets: dict[str, str]
    ) -> tuple[int, str]:
        environment = secrets | {
            key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ
        }
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
    def _publish(outputs) -> Json:
        """Gives artifacts the names that ML Metadata would."""
        return {
            key: _artifact(artifact["uri"], artifact["metadata"] | {"display_name": key})
            for key, artifact in outputs.items()
        }


@dataclass
class _Run:
    """One run of a pipeline: what its driver knows."""

    cluster: Cluster
    spec: Json
    of_kubernetes: Json
    run_id: str
    root: str
    made: dict[str, Json] = field(default_factory=dict)
    """Output artifacts of nodes, by node and name."""
    parameters: dict[str, dict[str, str]] = field(default_factory=dict)
    """Output parameters, likewise."""

    def dag(self, tasks: Json, given: Json) -> str:
        """Runs the tasks of a DAG; returns its state.

        Raises:
          NodeFailed: after what runs at the exit has run.
        """
        at_exit = {name for name, task in tasks.items() if _runs_at_exit(task)}
        order = graphlib.TopologicalSorter(
            {
                name: set(task.get("dependentTasks", []))
                for name, task in tasks.items()
                if name not in at_exit
            }
        )
        state = "COMPLETE"
        try:
            for name in order.static_order():
                if self._task(name, tasks[name], given) != "COMPLETE":
                    state = "RUNNING"
        except NodeFailed:
            state = "FAILED"
            raise
        finally:
            for name in at_exit:
                self._task(name, tasks[name], given, state)
        return state

    def _task(self, name: str, task: Json, given: Json, final_state: str = "") -> str:
        component = self.spec["components"][task["componentRef"]["name"]]
        inputs = self._inputs(task, given, final_state)
        if "dag" in component:
            condition = task.get("triggerPolicy", {}).get("condition")
            if condition:
                key, wanted = _CONDITION.fullmatch(condition).groups()
                if inputs["parameters"][key] != wanted:
                    return "CANCELED"
            return self.dag(component["dag"]["tasks"], inputs)
        label = component["executorLabel"]
        executor = self.spec["deploymentSpec"]["executors"][label]
        if "importer" in executor:
            uri = executor["importer"]["artifactUri"]["constant"]
            outputs = component["outputDefinitions"]["artifacts"]
            self.made[name] = {key: _artifact(uri) for key in outputs}
            return "COMPLETE"
        retries = task.get("retryPolicy", {}).get("maxRetryCount", 0)
        made = self.cluster.node(
            name,
            component,
            executor["container"],
            self._secrets(label),
            retries,
            inputs,
            f"{self.root}/{name}",
        )
        self.made[name], self.parameters[name] = made["artifacts"], made["parameters"]
        return "COMPLETE"

    def _inputs(self, task: Json, given: Json, final_state: str) -> Json:
        artifacts, parameters = {}, {}
        for key, value in task.get("inputs", {}).get("artifacts", {}).items():
            if "componentInputArtifact" in value:
                artifacts[key] = given["artifacts"][value["componentInputArtifact"]]
            else:
                output = value["taskOutputArtifact"]
                artifacts[key] = self.made[output["producerTask"]][output["outputArtifactKey"]]
        for key, value in task.get("inputs", {}).get("parameters", {}).items():
            if "runtimeValue" in value:
                constant = value["runtimeValue"]["constant"]
                is_id = constant == "{{$.pipeline_job_uuid}}"
                parameters[key] = self.run_id if is_id else constant
            elif "taskFinalStatus" in value:
                # The input is a string, so the driver turns the message into one.
                parameters[key] = json.dumps({"state": final_state, "error": {}})
            else:
                output = value["taskOutputParameter"]
                made = self.parameters[output["producerTask"]]
                parameters[key] = made[output["outputParameterKey"]]
        return {"artifacts": artifacts, "parameters": parameters}

    def _secrets(self, label: str) -> dict[str, str]:
        executors = self.of_kubernetes.get("deploymentSpec", {}).get("executors", {})
        return {
            pair["envVar"]: self.cluster.secrets[each["secretName"]][pair["secretKey"]]
            for each in executors.get(label, {}).get("secretAsEnv", [])
            for pair in each["keyToEnv"]
            if each["secretName"] in self.cluster.secrets
        }


def _runs_at_exit(task: Json) -> bool:
    return task.get("triggerPolicy", {}).get("strategy") == "ALL_UPSTREAM_TASKS_COMPLETED"


def _artifact(uri: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": str(uuid.uuid4().int % 10**6), "uri": uri, "metadata": metadata or {}}


def _mounted(inside: Path, uri: str) -> Path:
    return inside / "minio" / uri.removeprefix(_SCHEME)
