"""The ConfigMap that holds the server's three files."""

import hashlib
from collections.abc import Mapping
from typing import Any

from pipeline.serving_config.plan import Plan
from pipeline.serving_config.yaml_text import Comment


def config_map_name(plan: Plan, files: Mapping[str, str]) -> str:
    """Returns a name that is another one for other contents."""
    content = "\0".join(part for item in sorted(files.items()) for part in item)
    return f"{plan.name}-serving-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def config_map(plan: Plan, files: Mapping[str, str]) -> dict[str, Any]:
    """Returns the object, from texts by file name."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            Comment(
                "The end of the name follows from the content. Other content is another ConfigMap, "
                "so that pods are replaced one by one when it changes, none is left with half of "
                "it, and `kubectl rollout undo` brings the versions of before back."
            ): None,
            "name": config_map_name(plan, files),
            "labels": plan.labels,
        },
        "immutable": True,
        "data": dict(files),
    }
