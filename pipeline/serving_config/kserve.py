"""KServe: an InferenceService whose next version gets a share of the requests first.

KServe puts the files of an address straight into /mnt/models, and TensorFlow Serving looks for
versions in folders with a number; one link in between makes both content, with any storage that
KServe knows and with the true number in every answer.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.serving_config.kubernetes.config_map import config_map, config_map_name
from pipeline.serving_config.kubernetes.manifests import kustomization
from pipeline.serving_config.kubernetes.objects import service_account
from pipeline.serving_config.kubernetes.pod import CONTAINER_SECURITY, UNPRIVILEGED
from pipeline.serving_config.model_server import BINARY, CONFIG_FOLDER, REST_PORT, server_flags
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.storage import NodeFolder
from pipeline.serving_config.yaml_text import Comment

MOUNTED = "/mnt/models"
_LINKED = "/tmp/models"


def kserve_manifests(plan: Plan, files: Mapping[str, str]) -> dict[str, Any]:
    """Returns documents by path; none where the models lie on the nodes, which KServe cannot read.

    Args:
      plan: what to serve.
      files: the server's files by name; those that name models are left out.
    """
    if isinstance(plan.storage, NodeFolder):
        return {}
    documents = {
        "service-account.yaml": service_account(plan),
        "config-map.yaml": config_map(plan, files),
        "inference-service.yaml": inference_service(plan, files),
    }
    documents["kustomization.yaml"] = kustomization(
        list(documents), "kubectl apply --namespace NAMESPACE -k ."
    )
    return {f"kserve/{file}": document for file, document in documents.items()}


def inference_service(plan: Plan, files: Mapping[str, str]) -> dict[str, Any]:
    """Returns the InferenceService: of the canary with its share, or of the stable version."""
    serving = plan.serving
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": plan.name, "labels": plan.labels},
        "spec": {
            "predictor": {
                **_canary_share(plan),
                "minReplicas": serving.replicas,
                "maxReplicas": serving.max_replicas,
                "timeout": 30,
                "serviceAccountName": plan.name,
                "containers": [_server(plan)],
                "volumes": [
                    {"name": "config", "configMap": {"name": config_map_name(plan, files)}},
                    {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}},
                ],
            }
        },
    }


def _canary_share(plan: Plan) -> dict[str, Any]:
    release = plan.release
    if release.canary is None:
        return {
            Comment(
                f"Version {release.stable} takes all requests. Once a canary is rendered, its "
                "version stands below with a share in canaryTrafficPercent."
            ): None
        }
    return {
        Comment(
            f"In per cent, for version {release.canary} below. The rest goes to the revision that "
            f"had all of them last, which must be the one of version {release.stable}: apply "
            "that first. Needs KServe's serverless mode."
        ): None,
        "canaryTrafficPercent": plan.serving.canary_percent,
    }


def _server(plan: Plan) -> dict[str, Any]:
    serving, release = plan.serving, plan.release
    version = release.stable if release.canary is None else release.canary
    size = {"cpu": str(serving.cpu), "memory": f"{round(serving.memory_gib * 1024)}Mi"}
    script = f'mkdir -p {_LINKED} && ln -sfn {MOUNTED} {_LINKED}/{version} && exec {BINARY} "$@"'
    assert not isinstance(plan.storage, NodeFolder)
    probe = {"path": f"/v1/models/{plan.model}/metadata", "port": REST_PORT}
    return {
        "name": "kserve-container",
        "image": serving.image,
        Comment(
            "KServe lays the version's files into one folder; the server wants them in a folder "
            "with the version's number."
        ): None,
        "command": ["/bin/sh", "-c", script, "model-server"],
        "args": [
            f"--model_name={plan.model}",
            f"--model_base_path={_LINKED}",
            *server_flags(serving, serving.cpu),
        ],
        "env": [
            {
                Comment(f"KServe fetches it to {MOUNTED} before the server starts."): None,
                "name": "STORAGE_URI",
                "value": plan.storage.uri(version),
            }
        ],
        Comment("Knative takes one port; this is REST."): None,
        "ports": [{"name": "http1", "containerPort": REST_PORT, "protocol": "TCP"}],
        "readinessProbe": {"httpGet": probe, "periodSeconds": 5, "timeoutSeconds": 5},
        "resources": {"requests": size, "limits": dict(size)},
        "securityContext": {**CONTAINER_SECURITY, "runAsUser": UNPRIVILEGED},
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
            {"name": "scratch", "mountPath": "/tmp"},
        ],
    }
