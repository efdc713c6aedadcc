"""The objects around the pods: how many there are, who reaches them, what happens when one goes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pipeline.serving_config.kubernetes.pod import pod_template
from pipeline.serving_config.model_server import GRPC_PORT, REST_PORT
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.storage import ObjectStore
from pipeline.serving_config.yaml_text import Comment

CLIENT_LABEL = "serving-client"
"""Pods of the same namespace that carry it, with the server's name, may ask."""
MONITORING_NAMESPACE = "monitoring"
_TOKENS = {
    "gs": (("169.254.169.254/32", "169.254.169.252/32"), (80, 988)),
    "s3": (("169.254.169.254/32", "169.254.170.23/32"), (80,)),
}
"""Addresses and ports at which a cloud gives out the identity of pods."""


def deployment(plan: Plan, files: Mapping[str, str], gpu: bool = False) -> dict[str, Any]:
    """Returns the Deployment.

    Args:
      plan: what to serve.
      files: of the ConfigMap, by name.
      gpu: whether the model computes on GPUs.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(plan),
        "spec": {
            Comment("No `replicas`: how many there are, the HorizontalPodAutoscaler says."): None,
            "revisionHistoryLimit": 5,
            "progressDeadlineSeconds": 600,
            "strategy": {
                "type": "RollingUpdate",
                Comment("No pod goes before its successor answers."): None,
                "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
            },
            "selector": {"matchLabels": plan.selector},
            "template": pod_template(plan, files, gpu),
        },
    }


def service(plan: Plan) -> dict[str, Any]:
    """Returns the Service."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(plan),
        "spec": {
            "type": "ClusterIP",
            "selector": plan.selector,
            "ports": [
                {
                    "name": "grpc",
                    "port": GRPC_PORT,
                    "targetPort": "grpc",
                    "appProtocol": "kubernetes.io/h2c",
                },
                {"name": "rest", "port": REST_PORT, "targetPort": "rest", "appProtocol": "http"},
            ],
        },
    }


def service_account(plan: Plan) -> dict[str, Any]:
    """Returns the ServiceAccount."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            Comment(
                "To read a bucket without a key, annotate it: iam.gke.io/gcp-service-account, or "
                "eks.amazonaws.com/role-arn."
            ): None,
            **_metadata(plan),
        },
        "automountServiceAccountToken": False,
    }


def autoscaler(plan: Plan) -> dict[str, Any]:
    """Returns the HorizontalPodAutoscaler."""
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _metadata(plan),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.name},
            "minReplicas": plan.serving.replicas,
            "maxReplicas": plan.serving.max_replicas,
            "metrics": [
                {
                    "type": "Resource",
                    Comment(
                        "Of the cores that were asked for. The rest is for the minute that a new "
                        "pod takes to load and warm up."
                    ): None,
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "Utilization", "averageUtilization": 65},
                    },
                }
            ],
            "behavior": {
                Comment("Pods that load models are not worth removing for a short lull."): None,
                "scaleDown": {"stabilizationWindowSeconds": 300},
            },
        },
    }


def disruption_budget(plan: Plan) -> dict[str, Any]:
    """Returns the PodDisruptionBudget."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(plan),
        "spec": {
            Comment("One at a time, so that a node can always be drained."): None,
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": plan.selector},
        },
    }


def network_policy(plan: Plan) -> dict[str, Any]:
    """Returns the NetworkPolicy."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(plan),
        "spec": {
            "podSelector": {"matchLabels": plan.selector},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    Comment(
                        "TensorFlow Serving knows no users: who reaches it may ask it, and read "
                        "its metrics. Label the pods that may; add your ingress controller here."
                    ): None,
                    "from": [{"podSelector": {"matchLabels": {CLIENT_LABEL: plan.name}}}],
                    "ports": [_tcp(GRPC_PORT), _tcp(REST_PORT)],
                },
                {
                    Comment("Prometheus; put the name of its namespace here."): None,
                    "from": [
                        {
                            "namespaceSelector": {
                                "matchLabels": {"kubernetes.io/metadata.name": MONITORING_NAMESPACE}
                            }
                        }
                    ],
                    "ports": [_tcp(REST_PORT)],
                },
            ],
            "egress": _egress(plan),
        },
    }


def _egress(plan: Plan) -> list[dict[str, Any]]:
    """Returns what the pods may reach: the bucket that versions are fetched from, or nothing."""
    if not isinstance(plan.storage, ObjectStore):
        return []
    endpoint = urlsplit(plan.serving.s3_endpoint)
    port = endpoint.port or (80 if endpoint.scheme == "http" else 443)
    rules: list[dict[str, Any]] = [
        {
            Comment("Names."): None,
            "ports": [{"protocol": "UDP", "port": 53}, _tcp(53)],
        },
        {Comment("The bucket."): None, "ports": [_tcp(port)]},
    ]
    if not endpoint.netloc:
        addresses, ports = _TOKENS[plan.storage.scheme]
        rules.append(
            {
                Comment("Where the cloud gives out the identity of pods."): None,
                "to": [{"ipBlock": {"cidr": address}} for address in addresses],
                "ports": [_tcp(port) for port in ports],
            }
        )
    return rules


def _metadata(plan: Plan) -> dict[str, Any]:
    return {"name": plan.name, "labels": plan.labels}


def _tcp(port: int) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}
