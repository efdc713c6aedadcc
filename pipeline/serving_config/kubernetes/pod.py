"""The pod: TensorFlow Serving, the versions that it loads, and nothing that it does not need."""

from collections.abc import Mapping
from typing import Any

from pipeline.serving_config.kubernetes.config_map import config_map_name
from pipeline.serving_config.kubernetes.fetch import fetchers
from pipeline.serving_config.model_server import (
    BINARY,
    CONFIG_FOLDER,
    GRPC_PORT,
    REST_PORT,
    labelled_models,
    server_flags,
)
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.release import CANARY, STABLE
from pipeline.serving_config.storage import Claim, NodeFolder, ObjectStore
from pipeline.serving_config.yaml_text import Comment

UNPRIVILEGED = 65532
"""User and group id of nobody in particular."""
TERMINATION_SECONDS = 60
CONNECTION_AGE_SECONDS = 30
CONNECTION_GRACE_SECONDS = 15

CONTAINER_SECURITY: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def models_folder(plan: Plan) -> str:
    """Returns where a container finds the folder of the versions."""
    return f"/models/{plan.model}"


def pod_template(plan: Plan, files: Mapping[str, str], gpu: bool) -> dict[str, Any]:
    """Returns a Deployment's `template`.

    Args:
      plan: what to serve.
      files: of the ConfigMap, by name.
      gpu: whether the model computes on GPUs.
    """
    scratch = {"name": "scratch", "mountPath": "/tmp"}
    init: dict[str, Any] = {}
    if isinstance(plan.storage, ObjectStore):
        mounts = [{"name": "models", "mountPath": models_folder(plan)}, scratch]
        init["initContainers"] = fetchers(plan, plan.storage, CONTAINER_SECURITY, mounts)
    return {
        "metadata": {"labels": plan.labels},
        "spec": {
            "serviceAccountName": plan.name,
            Comment("Nothing in here talks to the API server."): None,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": UNPRIVILEGED,
                "runAsGroup": UNPRIVILEGED,
                "fsGroup": UNPRIVILEGED,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            Comment(
                "TensorFlow Serving has no handler for SIGTERM, and as process 1 it is not ended "
                "by it either: it goes on answering until this is over, while the pod is taken out "
                "of the Service. No connection of gRPC lives as long (--grpc_channel_arguments)."
            ): None,
            "terminationGracePeriodSeconds": TERMINATION_SECONDS,
            "topologySpreadConstraints": [_spread(plan, topology) for topology in ("zone", "node")],
            **({"tolerations": [_gpu_toleration()]} if gpu else {}),
            **init,
            "containers": [_server(plan, gpu, scratch)],
            "volumes": [
                _models_volume(plan),
                {"name": "config", "configMap": {"name": config_map_name(plan, files)}},
                {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}},
            ],
        },
    }


def _server(plan: Plan, gpu: bool, scratch: dict[str, Any]) -> dict[str, Any]:
    serving = plan.serving
    newest = STABLE if plan.release.canary is None else CANARY
    subfolder = plan.storage.path if isinstance(plan.storage, Claim) else ""
    size = {"cpu": str(serving.cpu), "memory": f"{round(serving.memory_gib * 1024)}Mi"}
    if gpu:
        size["nvidia.com/gpu"] = str(serving.gpus)
    return {
        "name": "model-server",
        "image": serving.gpu_image if gpu else serving.image,
        Comment("Not the image's script, which would pass a --model_name of its own."): None,
        "command": [BINARY],
        "args": [
            *labelled_models(),
            *server_flags(serving, serving.cpu),
            Comment(
                "A connection lives as long as its client lets it, to one pod. Closing it now and "
                "then spreads clients over new pods, and frees a pod that is to go."
            ),
            f"--grpc_channel_arguments=grpc.max_connection_age_ms={CONNECTION_AGE_SECONDS * 1000},"
            f"grpc.max_connection_age_grace_ms={CONNECTION_GRACE_SECONDS * 1000}",
        ],
        "ports": [
            {"name": "grpc", "containerPort": GRPC_PORT},
            {"name": "rest", "containerPort": REST_PORT},
        ],
        Comment(
            f"Five minutes to load and warm up. A {newest} version that cannot be loaded keeps a "
            "new pod from ever being ready, so a rollout stops and the old pods stay."
        ): None,
        "startupProbe": {
            "httpGet": {"path": plan.ready_path(newest), "port": "rest"},
            "periodSeconds": 5,
            "timeoutSeconds": 5,
            "failureThreshold": 60,
        },
        Comment("A pod without the stable version gets no requests."): None,
        "readinessProbe": {
            "httpGet": {"path": plan.ready_path(), "port": "rest"},
            "periodSeconds": 5,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        },
        Comment(
            "Only whether it listens: a server that is busy must not be restarted for being slow."
        ): None,
        "livenessProbe": {
            "tcpSocket": {"port": "grpc"},
            "periodSeconds": 20,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        },
        Comment(
            "Requests equal limits, in whole cores: the server has as many threads as cores, and "
            "is the last to be evicted."
        ): None,
        "resources": {"requests": size, "limits": dict(size)},
        "securityContext": CONTAINER_SECURITY,
        **({"env": [{"name": "CUDA_CACHE_PATH", "value": "/tmp/cuda"}]} if gpu else {}),
        "volumeMounts": [
            {
                "name": "models",
                "mountPath": models_folder(plan),
                **({"subPath": subfolder} if subfolder else {}),
                "readOnly": True,
            },
            {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
            scratch,
        ],
    }


def _models_volume(plan: Plan) -> dict[str, Any]:
    match plan.storage:
        case Claim(name):
            return {
                "name": "models",
                Comment(
                    "One folder a version. Replicas on several nodes need a claim that many may "
                    "read (ReadOnlyMany or ReadWriteMany)."
                ): None,
                "persistentVolumeClaim": {"claimName": name, "readOnly": True},
            }
        case NodeFolder(path):
            return {
                "name": "models",
                Comment(
                    "A folder of the node: for a cluster of one machine. Namespaces that enforce "
                    "Pod Security `baseline` or `restricted` refuse it."
                ): None,
                "hostPath": {"path": path, "type": "Directory"},
            }
        case ObjectStore():
            return {
                "name": "models",
                "emptyDir": {"sizeLimit": f"{round(plan.serving.disk_gib * 1024)}Mi"},
            }


def _spread(plan: Plan, topology: str) -> dict[str, Any]:
    keys = {"zone": "topology.kubernetes.io/zone", "node": "kubernetes.io/hostname"}
    return {
        "maxSkew": 1,
        "topologyKey": keys[topology],
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": plan.selector},
    }


def _gpu_toleration() -> dict[str, Any]:
    return {
        Comment("Nodes with GPUs keep off whatever does not ask for one."): None,
        "key": "nvidia.com/gpu",
        "operator": "Exists",
        "effect": "NoSchedule",
    }
