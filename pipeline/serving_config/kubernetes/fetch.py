"""Init containers that fetch the loaded versions from a bucket before the server starts.

One rclone a version, without a shell. The server starts after the last of them ended well, so it
never sees half of a version. rclone reads its remote `models` from RCLONE_CONFIG_MODELS_*, and
credentials from the cloud's own identity for the service account, or from a Secret.
"""

from typing import Any

from pipeline.serving_config.plan import Plan
from pipeline.serving_config.storage import ObjectStore
from pipeline.serving_config.yaml_text import Comment

RCLONE = "rclone/rclone:1.75.1"


def secret_name(plan: Plan) -> str:
    """Returns the name of the Secret that may hold credentials; it need not exist."""
    return f"{plan.name}-model-store"


def fetchers(
    plan: Plan, store: ObjectStore, security: dict[str, Any], mounts: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Returns one init container a version.

    Args:
      plan: what to serve.
      store: where the versions lie.
      security: a container's securityContext.
      mounts: the first is the folder of the versions.
    """
    source = "/".join(filter(None, (f"models:{store.bucket}", store.path)))
    folder = mounts[0]["mountPath"]
    return [
        {
            "name": f"fetch-{version}",
            "image": RCLONE,
            "args": [
                "copy",
                "--config=/notfound",
                Comment("A prefix that does not exist is an empty one, to a bucket."),
                "--error-on-no-transfer",
                "--ignore-times",
                f"{source}/{version}",
                f"{folder}/{version}",
            ],
            "env": _remote(plan, store),
            "envFrom": [
                {
                    Comment(
                        "Only where the service account has no identity of its own: "
                        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                        "RCLONE_CONFIG_MODELS_REGION, or for Google "
                        "RCLONE_CONFIG_MODELS_SERVICE_ACCOUNT_CREDENTIALS."
                    ): None,
                    "secretRef": {"name": secret_name(plan), "optional": True},
                }
            ],
            "resources": {
                "requests": {"cpu": "500m", "memory": "256Mi"},
                "limits": {"cpu": "500m", "memory": "256Mi"},
            },
            "securityContext": security,
            "volumeMounts": mounts,
        }
        for version in plan.release.versions
    ]


def _remote(plan: Plan, store: ObjectStore) -> list[dict[str, str]]:
    endpoint = plan.serving.s3_endpoint
    fields = {"TYPE": "s3" if store.scheme == "s3" else "google cloud storage", "ENV_AUTH": "true"}
    if store.scheme == "s3":
        fields["PROVIDER"] = "Other" if endpoint else "AWS"
    if endpoint:
        fields["ENDPOINT"] = endpoint
    return [{"name": f"RCLONE_CONFIG_MODELS_{key}", "value": text} for key, text in fields.items()]
