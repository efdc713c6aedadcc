"""Compiles a task's DAG into what Kubeflow Pipelines takes: schema 2.1, in YAML."""

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from tfx.orchestration.kubeflow.utils import TFX_DAG_NAME
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
    KubeflowV2DagRunner,
    KubeflowV2DagRunnerConfig,
)

from components.notifier.webhook import WEBHOOK
from pipeline.dag import create_pipeline
from pipeline.kubeflow.early_end import make_conditional, may_end_early
from pipeline.kubeflow.platform import KubeflowPlatform
from pipeline.kubeflow.settings import Settings, check_task
from pipeline.options.kubeflow import Notify, Resources
from pipeline.task import Task

ENTRYPOINT = ["python", "-m", "pipeline.kubeflow.entrypoint"]
_TRAINING = {"Trainer", "Tuner", "StudentTrainer"}
_NEVER_CACHED = {
    *("RawData", "ExampleGen", "Records", "DriftReference", "BaseModel", "BaselineModel"),
    *("Pusher", "PushRecorder", "TFLiteRewriter", "ModelNotifier", "FailureNotifier"),
}
"""They read or write beyond their run's artifacts, of which Kubeflow's cache knows nothing."""
_FILE = "pipeline.yaml"


def compile_pipeline(task: Task, settings: Settings) -> str:
    """Returns the specification of a task's DAG, in YAML; the same of the same, to the byte.

    A second document, where there is one, says what Kubernetes gives to nodes beside resources.

    Raises:
      InputError: the task asks for less than it needs.
    """
    check_task(task, settings)
    config = KubeflowV2DagRunnerConfig(
        default_image=settings.image, default_commands=ENTRYPOINT, use_pipeline_spec_2_1=True
    )
    with tempfile.TemporaryDirectory() as folder, _quiet():
        platform = KubeflowPlatform(task, settings)
        runner = KubeflowV2DagRunner(config, folder, _FILE)
        exit_handler = platform.exit_handler()
        if exit_handler:
            runner.set_exit_handler(exit_handler)
        runner.run(create_pipeline(task, task.home, platform))
        compiled = yaml.safe_load(Path(folder, _FILE).read_text(encoding="utf-8"))
    compiled["defaultPipelineRoot"] = settings.place(task, "artifacts")
    documents = [compiled]
    components = compiled["components"]
    tasks = compiled["root"]["dag"]["tasks"]
    if exit_handler:
        _finish(compiled, task, {exit_handler.id: tasks[exit_handler.id]})
        tasks = components[TFX_DAG_NAME]["dag"]["tasks"]
    _finish(compiled, task, tasks)
    if may_end_early(task):
        make_conditional(tasks, components)
    if task.kubeflow.notify:
        documents.append(_secrets(task.kubeflow.notify))
    return yaml.safe_dump_all(documents, sort_keys=True, width=1000)


def _finish(compiled: dict[str, Any], task: Task, tasks: dict[str, Any]) -> None:
    """Adds what TFX's compiler does not know of: resources, retries, and what is not cached."""
    executors = compiled["deploymentSpec"]["executors"]
    for name, node in tasks.items():
        container = executors[compiled["components"][name]["executorLabel"]].get("container")
        node["cachingOptions"] = (
            {"enableCache": True} if task.kubeflow.cache and name not in _NEVER_CACHED else {}
        )
        if container is None:
            continue
        of_training = name in _TRAINING
        container["resources"] = _resources(
            task.kubeflow.training if of_training else task.kubeflow.others
        )
        if task.kubeflow.retries:
            node["retryPolicy"] = {
                "maxRetryCount": task.kubeflow.retries,
                "backoffDuration": "30s",
                "backoffFactor": 2.0,
                "backoffMaxDuration": "600s",
            }


def _secrets(notify: Notify) -> dict[str, Any]:
    """Returns the document that gives the webhook's URL to the nodes that tell."""
    executors = {
        f"{node}_executor": {
            "secretAsEnv": [
                {
                    # KFP of late reads the second, KFP before it the first.
                    "secretName": notify.secret,
                    "secretNameParameter": {"runtimeValue": {"constant": notify.secret}},
                    "keyToEnv": [{"secretKey": notify.key, "envVar": WEBHOOK}],
                    # Else a node would wait for its secret for ever, and say nothing.
                    "optional": True,
                }
            ]
        }
        for node in ("ModelNotifier", "FailureNotifier")
    }
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}


def _resources(asked: Resources) -> dict[str, Any]:
    resources: dict[str, Any] = {"cpuLimit": asked.cpu, "memoryLimit": _gigabytes(asked.memory_gib)}
    if asked.gpus:
        resources["accelerator"] = {"type": asked.gpu_type, "count": str(asked.gpus)}
    return resources


def _gigabytes(gib: float) -> float:
    """Kubeflow counts memory in units of 10⁹ bytes."""
    return round(gib * 2**30 / 1e9, 3)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps TFX from telling of its steps."""
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
