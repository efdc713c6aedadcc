"""What the nodes of the DAG do."""

from importlib import import_module
from typing import Any

_ARTIFACTS = "components.artifacts"


def __getattr__(name: str) -> Any:
    """Finds artifact types by their names, such as `components.DriftReport`, which Kubeflow keeps.

    Raises:
      AttributeError: there is no such type.
    """
    # TFX takes seconds to import; few of those who import a component need it.
    if name[:1].isupper():
        return getattr(import_module(_ARTIFACTS), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
