"""What is rendered: a task's model, its versions, and the names that follow from them."""

from dataclasses import dataclass

from pipeline.options.serving import Serving
from pipeline.serving_config.release import STABLE, Release
from pipeline.serving_config.storage import Storage, storage


@dataclass(frozen=True)
class Plan:
    """Everything that the files of one task follow from."""

    model: str
    """The task's name; clients ask for the model by it."""
    base_path: str
    """Absolute path of the folder that holds the versions on this machine."""
    serving: Serving
    release: Release

    @property
    def name(self) -> str:
        """The task's name as Kubernetes and DNS allow it."""
        return self.model.replace("_", "-").strip("-")

    @property
    def selector(self) -> dict[str, str]:
        """The labels that tell the pods from all others."""
        return {
            "app.kubernetes.io/name": self.name,
            "app.kubernetes.io/component": "model-server",
        }

    @property
    def labels(self) -> dict[str, str]:
        """The labels of every object."""
        return self.selector | {"app.kubernetes.io/part-of": "serving"}

    @property
    def storage(self) -> Storage:
        """Where a cluster finds the versions."""
        return storage(self.serving.models or f"pvc://{self.name}-models")

    def ready_path(self, label: str = STABLE) -> str:
        """Returns what is answered with 200 while a label's version is loaded, and only then.

        The bare `/v1/models/NAME` will not do: it is answered while a version is still loading.
        """
        return f"/v1/models/{self.model}/labels/{label}/metadata"
