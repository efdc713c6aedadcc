"""Compiles a task's DAG into what Kubeflow Pipelines takes: schema 2.1, in YAML."""

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
    KubeflowV2DagRunner,
    KubeflowV2DagRunnerConfig,
)

from pipeline.dag import create_pipeline
from pipeline.home import Home
from pipeline.kubeflow.options import Resources
from pipeline.kubeflow.platform import KubeflowPlatform
from pipeline.kubeflow.settings import Settings, check_task
from pipeline.task import Task

ENTRYPOINT = ["python", "-m", "pipeline.kubeflow.entrypoint"]
_TRAINING = {"Trainer", "Tuner", "StudentTrainer"}
_NEVER_CACHED = {
    *("RawData", "ExampleGen", "Records", "DriftReference", "BaseModel", "BaselineModel"),
    *("Pusher", "PushRecorder", "TFLiteRewriter"),
}
"""They read or write beyond their run's artifacts, of which Kubeflow's cache knows nothing."""
_FILE = "pipeline.yaml"


def compile_pipeline(task: Task, settings: Settings) -> str:
    """Returns the specification of a task's DAG, in YAML; the same of the same, to the byte.

    Raises:
      InputError: the task asks for less than it needs.
    """
    check_task(task)
    config = KubeflowV2DagRunnerConfig(
        default_image=settings.image, default_commands=ENTRYPOINT, use_pipeline_spec_2_1=True
    )
    with tempfile.TemporaryDirectory() as folder, _quiet():
        dag = create_pipeline(task, Home.of(task.name), KubeflowPlatform(task, settings))
        KubeflowV2DagRunner(config, folder, _FILE).run(dag)
        compiled = yaml.safe_load(Path(folder, _FILE).read_text(encoding="utf-8"))
    compiled["defaultPipelineRoot"] = settings.place(task, "artifacts")
    _finish(compiled, task)
    return yaml.safe_dump(compiled, sort_keys=True, width=1000)


def _finish(compiled: dict[str, Any], task: Task) -> None:
    """Adds what TFX's compiler does not know of: resources, retries, and what is not cached."""
    executors = compiled["deploymentSpec"]["executors"]
    for name, node in compiled["root"]["dag"]["tasks"].items():
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
