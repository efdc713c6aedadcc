"""Objects for the Prometheus Operator, and the dashboard for Grafana's sidecar."""

from typing import Any

from pipeline.serving_config.alerts import alert_rules
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.server_protos import METRICS_PATH
from pipeline.serving_config.yaml_text import Comment


def service_monitor(plan: Plan) -> dict[str, Any]:
    """Returns the ServiceMonitor; the scraping job gets the name of the Service."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": plan.name, "labels": plan.labels},
        "spec": {
            "selector": {"matchLabels": plan.selector},
            "endpoints": [{"port": "rest", "path": METRICS_PATH, "interval": "15s"}],
        },
    }


def prometheus_rule(plan: Plan) -> dict[str, Any]:
    """Returns the PrometheusRule."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": plan.name, "labels": plan.labels},
        "spec": alert_rules(plan),
    }


def dashboard(plan: Plan, text: str) -> dict[str, Any]:
    """Returns a ConfigMap with a dashboard.

    Args:
      plan: what to serve.
      text: JSON of the dashboard.
    """
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": f"{plan.name}-dashboard",
            Comment("The sidecar of Grafana's Helm chart looks for this label."): None,
            "labels": {**plan.labels, "grafana_dashboard": "1"},
        },
        "data": {f"{plan.name}.json": text},
    }
