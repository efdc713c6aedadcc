"""Docker Compose: TensorFlow Serving, Prometheus and Grafana on this machine alone."""

from typing import Any

from pipeline.serving_config.model_server import (
    BINARY,
    CONFIG_FOLDER,
    GRPC_PORT,
    REST_PORT,
    labelled_models,
    server_flags,
)
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.server_protos import METRICS_PATH
from pipeline.serving_config.yaml_text import Comment

PROMETHEUS = "prom/prometheus:v3.5.0"
GRAFANA = "grafana/grafana:12.1.1"
SERVER = "serving"
"""The service's name, by which the other containers reach it."""
POLL_SECONDS = 5

_LOCKED = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "restart": "unless-stopped",
}


def compose(plan: Plan, user: str) -> dict[str, Any]:
    """Returns the document of a `compose.yaml`.

    Args:
      plan: what to serve.
      user: `UID:GID` that can read the versions.
    """
    return {
        Comment(
            "TensorFlow Serving with Prometheus and Grafana, for this machine: every port listens "
            "on 127.0.0.1. Start it with `docker compose up --detach` in this folder."
        ): None,
        "name": f"{plan.name}-serving",
        "services": {
            SERVER: _server(plan, user),
            "prometheus": _prometheus(),
            "grafana": _grafana(),
        },
        "volumes": {"prometheus": {}, "grafana": {}},
    }


def prometheus_config(plan: Plan) -> dict[str, Any]:
    """Returns the document of a `prometheus.yml`."""
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        Comment(
            "Alerts show at http://127.0.0.1:9090/alerts. To have them sent, run an Alertmanager "
            "and name it under `alerting`."
        ): None,
        "rule_files": ["alerts.yml"],
        "scrape_configs": [
            {
                Comment("The alerts tell the servers of this model by the job's name."): None,
                "job_name": plan.name,
                "metrics_path": METRICS_PATH,
                "static_configs": [{"targets": [f"{SERVER}:{REST_PORT}"]}],
            }
        ],
    }


def _server(plan: Plan, user: str) -> dict[str, Any]:
    serving = plan.serving
    return {
        "image": serving.image,
        Comment("Not the image's script, which would pass a --model_name of its own."): None,
        "entrypoint": [BINARY],
        "command": [*labelled_models(POLL_SECONDS), *server_flags(serving, serving.cpu)],
        "ports": [f"127.0.0.1:{port}:{port}" for port in (GRPC_PORT, REST_PORT)],
        "volumes": [
            Comment(
                "Under the same path as outside, so that this server and the one of `make serve` "
                "read the same models.config."
            ),
            _bind(plan.base_path, plan.base_path),
            Comment(
                "The folder, not the files: models.config is replaced by a new file, and a mounted "
                "file would stay the old one."
            ),
            _bind(".", CONFIG_FOLDER),
        ],
        Comment("Who pushed the versions can read them."): None,
        "user": user,
        **_LOCKED,
        "tmpfs": ["/tmp"],
        Comment(
            "TensorFlow Serving has no handler for SIGTERM, which process 1 then ignores; behind "
            "an init it ends at once."
        ): None,
        "init": True,
        "cpus": serving.cpu,
        "mem_limit": f"{round(serving.memory_gib * 1024)}m",
        "healthcheck": {
            Comment("The image has no curl; its bash can open a connection itself."): None,
            "test": ["CMD", "bash", "-c", _ready_check(plan)],
            "interval": "10s",
            "timeout": "5s",
            "retries": 3,
            "start_period": "60s",
        },
    }


def _prometheus() -> dict[str, Any]:
    return {
        "image": PROMETHEUS,
        "command": [
            "--config.file=/etc/prometheus/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
            "--storage.tsdb.retention.time=15d",
        ],
        "ports": ["127.0.0.1:9090:9090"],
        "volumes": [
            _bind("./prometheus", "/etc/prometheus"),
            {"type": "volume", "source": "prometheus", "target": "/prometheus"},
        ],
        "depends_on": [SERVER],
        **_LOCKED,
    }


def _grafana() -> dict[str, Any]:
    return {
        "image": GRAFANA,
        "environment": {
            Comment("Whoever sits at this machine may look, and nobody may change."): None,
            "GF_AUTH_ANONYMOUS_ENABLED": "true",
            "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
            "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": "/etc/grafana/dashboards/serving.json",
        },
        "ports": ["127.0.0.1:3000:3000"],
        "volumes": [
            _bind("./grafana/provisioning", "/etc/grafana/provisioning"),
            _bind("./grafana/dashboards", "/etc/grafana/dashboards"),
            {"type": "volume", "source": "grafana", "target": "/var/lib/grafana"},
        ],
        "tmpfs": ["/tmp"],
        "depends_on": ["prometheus"],
        **_LOCKED,
    }


def _bind(source: str, target: str) -> dict[str, Any]:
    # Compose would take a dollar sign for the beginning of a variable.
    return {
        "type": "bind",
        "source": source.replace("$", "$$"),
        "target": target.replace("$", "$$"),
        "read_only": True,
    }


def _ready_check(plan: Plan) -> str:
    request = f"GET {plan.ready_path()} HTTP/1.0\\r\\n\\r\\n"
    return (
        f"exec 3<>/dev/tcp/127.0.0.1/{REST_PORT} && printf '{request}' >&3 "
        "&& head -n 1 <&3 | grep -q ' 200 '"
    )
