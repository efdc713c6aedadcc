"""Writes what serves a task: for TensorFlow Serving, Compose, Kubernetes and KServe.

    python -m pipeline serving render TASK [--output FOLDER]

Everything is made and checked before the first file is written; each file appears whole.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.files import write_whole
from pipeline.home import PROJECT, Home
from pipeline.in_service import newest_version
from pipeline.options.serving import Serving
from pipeline.releases.lock import locked
from pipeline.serving_config.alerts import alert_rules
from pipeline.serving_config.checks.kserve import check_inference_service
from pipeline.serving_config.checks.monitoring import (
    check_alerts,
    check_compose,
    check_dashboard,
)
from pipeline.serving_config.checks.workloads import check_service_monitor, check_workload
from pipeline.serving_config.compose import compose, prometheus_config
from pipeline.serving_config.kserve import kserve_manifests
from pipeline.serving_config.kubernetes.manifests import manifests
from pipeline.serving_config.kubernetes.pod import UNPRIVILEGED, models_folder
from pipeline.serving_config.model_server import (
    BATCHING_CONFIG,
    MODELS_CONFIG,
    MONITORING_CONFIG,
)
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.release import Release, models_config, read_release
from pipeline.serving_config.server_protos import batching_config, monitoring_config
from pipeline.serving_config.yaml_text import from_yaml, to_yaml

GRAFANA = PROJECT / "serving_config" / "grafana"
DASHBOARD = "grafana/dashboards/serving.json"
_DATASOURCE = "grafana/provisioning/datasources/prometheus.yml"


def render(task: str, serving: Serving, home: Home, output: Path | None = None) -> list[Path]:
    """Writes every file.

    Args:
      task: its name, which clients ask for.
      serving: its options.
      home: of the task. The versions are those in service by the `models.config` there; before the
        first one is written, the newest that was pushed.
      output: folder; None is the one in the task's home.

    Returns:
      The files' paths.

    Raises:
      InputError: nothing was pushed, a version is gone, what is rendered would not work, it cannot
        be written, or a release is being made.
    """
    with locked(home):
        folder = folder_of(home) if output is None else output.absolute()
        plan = Plan(task, str(home.serving), serving, release_in_service(task, home))
        texts = files(plan, _text_of(folder / MODELS_CONFIG))
        complaints = list(complaints_about(texts, plan))
        if complaints:
            raise InputError("\n".join(complaints))
        for name, text in texts.items():
            write_whole(folder / name, text)
    return [folder / name for name in texts]


def folder_of(home: Home) -> Path:
    """Returns where a task's `models.config` lies, and all else unless asked for elsewhere."""
    return home.root / "serving_config"


def release_in_service(task: str, home: Home) -> Release:
    """Returns what `models.config` says, or the newest version where there is no such file yet.

    Raises:
      InputError: there is no version, or one that is to be loaded is gone.
    """
    path = folder_of(home) / MODELS_CONFIG
    release = read_release(path, task)
    if release is None:
        newest = newest_version(home.serving)
        if newest is None:
            raise InputError(f"{home.serving}: no version was pushed; `make run TASK={task}` does")
        return Release(int(newest.name))
    for version in release.versions:
        if not (home.serving / str(version)).is_dir():
            raise InputError(f"{path}: version {version} is not in {home.serving}")
    return release


def files(plan: Plan, models_config_before: str = "") -> dict[str, str]:
    """Returns the text of every file by its path.

    Args:
      plan: what to serve.
      models_config_before: text of the `models.config` that is replaced, if there is one.
    """
    shared = {MONITORING_CONFIG: monitoring_config()}
    if plan.serving.batching:
        shared[BATCHING_CONFIG] = batching_config(plan.serving)
    logged = plan.serving.request_log
    in_pods = models_config(
        plan.model, models_folder(plan), plan.release, read_again=False, request_log=logged
    )
    grafana = {
        f"grafana/{path.relative_to(GRAFANA).as_posix()}": path.read_text(encoding="utf-8")
        for path in sorted(GRAFANA.rglob("*"))
        if path.is_file()
    }
    documents = {
        "compose.yaml": compose(plan, _reader_of(Path(plan.base_path))),
        "prometheus/prometheus.yml": prometheus_config(plan),
        "prometheus/alerts.yml": alert_rules(plan),
        **manifests(plan, {MODELS_CONFIG: in_pods} | shared, grafana[DASHBOARD]),
        **kserve_manifests(plan, shared),
    }
    return {
        MODELS_CONFIG: models_config(
            plan.model, plan.base_path, plan.release, models_config_before, request_log=logged
        ),
        **shared,
        **grafana,
        **{path: to_yaml(document) for path, document in documents.items()},
    }


def complaints_about(texts: Mapping[str, str], plan: Plan) -> Iterator[str]:
    """Yields what would not work of rendered files, given as `files` returns them."""
    parsed = {path: from_yaml(text) for path, text in texts.items() if _is_yaml(path)}
    base = _manifests_in("kubernetes/base", parsed)
    for variant in ("kubernetes/cpu", "kubernetes/gpu"):
        yield from check_workload(base | _manifests_in(variant, parsed), plan.model)
    operated = "kubernetes/prometheus-operator"
    yield from check_service_monitor(
        f"{operated}/service-monitor.yaml",
        parsed[f"{operated}/service-monitor.yaml"],
        parsed["kubernetes/base/service.yaml"],
    )
    alerts = "prometheus/alerts.yml"
    yield from check_alerts(alerts, parsed[alerts], plan.name)
    yield from check_dashboard(DASHBOARD, texts[DASHBOARD])
    yield from check_compose(
        parsed["compose.yaml"], parsed["prometheus/prometheus.yml"], parsed[_DATASOURCE]
    )
    if "kserve/inference-service.yaml" in parsed:
        yield from check_inference_service(
            "kserve/inference-service.yaml",
            parsed["kserve/inference-service.yaml"],
            parsed["kserve/config-map.yaml"],
            plan.model,
        )


def _manifests_in(folder: str, parsed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        path: document
        for path, document in parsed.items()
        if path.startswith(f"{folder}/") and document["kind"] != "Kustomization"
    }


def _is_yaml(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _reader_of(folder: Path) -> str:
    """Returns `UID:GID` of who owns a folder, but for root, as whom no server should run."""
    status = os.stat(folder)
    if status.st_uid == 0:
        return f"{UNPRIVILEGED}:{UNPRIVILEGED}"
    return f"{status.st_uid}:{status.st_gid}"
