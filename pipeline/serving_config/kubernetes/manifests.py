"""Which manifest lies in which file, and the kustomizations that bring them together."""

from collections.abc import Mapping
from typing import Any

from pipeline.serving_config.kubernetes import objects, operator
from pipeline.serving_config.kubernetes.config_map import config_map
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.yaml_text import Comment


def manifests(plan: Plan, files: Mapping[str, str], dashboard: str) -> dict[str, Any]:
    """Returns documents by path.

    Args:
      plan: what to serve.
      files: the server's files for a pod, by name.
      dashboard: JSON of Grafana's dashboard.
    """
    base = {
        "service-account.yaml": objects.service_account(plan),
        "config-map.yaml": config_map(plan, files),
        "service.yaml": objects.service(plan),
        "autoscaler.yaml": objects.autoscaler(plan),
        "disruption-budget.yaml": objects.disruption_budget(plan),
        "network-policy.yaml": objects.network_policy(plan),
    }
    operated = {
        "service-monitor.yaml": operator.service_monitor(plan),
        "alerts.yaml": operator.prometheus_rule(plan),
        "dashboard.yaml": operator.dashboard(plan, dashboard),
    }
    return {
        **_folder("base", base, "Everything but the Deployment: apply ../cpu or ../gpu."),
        **_folder(
            "cpu",
            {"deployment.yaml": objects.deployment(plan, files)},
            "kubectl apply --namespace NAMESPACE -k .",
            "../base",
        ),
        **_folder(
            "gpu",
            {"deployment.yaml": objects.deployment(plan, files, gpu=True)},
            "kubectl apply --namespace NAMESPACE -k . (the nodes need NVIDIA's device plugin)",
            "../base",
        ),
        **_folder("prometheus-operator", operated, "Where the Prometheus Operator runs."),
    }


def kustomization(resources: list[str], comment: str) -> dict[str, Any]:
    """Returns a Kustomization of these files and folders."""
    return {
        Comment(comment): None,
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    }


def _folder(
    name: str, documents: dict[str, Any], comment: str, *above: str
) -> dict[str, dict[str, Any]]:
    resources = [*above, *documents]
    documents = documents | {"kustomization.yaml": kustomization(resources, comment)}
    return {f"kubernetes/{name}/{file}": document for file, document in documents.items()}
