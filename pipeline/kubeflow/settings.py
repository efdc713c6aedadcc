"""Where a task runs on Kubeflow, and with which image."""

import re
from dataclasses import dataclass
from typing import Literal

from components.errors import InputError
from pipeline.options.beam import Dataflow, Direct
from pipeline.task import Task

Flavor = Literal["kubeflow", "vertex"]
SCHEMES = ("minio://", "s3://", "gs://")
_ROOT = re.compile(r"(minio|s3|gs)://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^?#\s]*)?")
_IMAGE = re.compile(r"[a-z0-9][\w.:/-]*(@sha256:[0-9a-f]{64})?")


@dataclass(frozen=True)
class Settings:
    """What the command line says.

    Raises:
      InputError: something is missing or wrong.
    """

    image: str
    """That holds this project, by name and tag, or by digest."""
    root: str
    """URI of the folder in the object store that gets a folder for each task."""
    data: str = ""
    """URI of the raw data; empty is `<root>/<task>/data`."""
    flavor: Flavor = "kubeflow"
    """Open-source Kubeflow Pipelines, or Vertex AI, which reads the same specification."""

    def __post_init__(self) -> None:
        valid = "valid: minio://BUCKET/PATH, s3://BUCKET/PATH, gs://BUCKET/PATH"
        if not _ROOT.fullmatch(self.root):
            raise InputError(f"--root = {self.root!r}: {valid}")
        if self.data and not _ROOT.fullmatch(self.data):
            raise InputError(f"--data = {self.data!r}: {valid}")
        if not _IMAGE.fullmatch(self.image):
            raise InputError(f"--image = {self.image!r}: valid: NAME:TAG or NAME@sha256:DIGEST")
        tag = self.image.rpartition("/")[2].partition(":")[2]
        if "@" not in self.image and tag in ("", "latest"):
            raise InputError(
                f"--image = {self.image!r} says no version, so that runs would change with what is "
                "pushed there; valid: NAME:TAG but for latest, or NAME@sha256:DIGEST"
            )
        if self.flavor == "vertex":
            for option, uri in (("--root", self.root), ("--data", self.data)):
                if uri and not uri.startswith("gs://"):
                    raise InputError(f"{option} = {uri!r}: Vertex AI reads gs://BUCKET/PATH only")

    def place(self, task: Task, name: str) -> str:
        """Returns the URI of something of a task."""
        return f"{self.root.rstrip('/')}/{task.name}/{name}"


def check_task(task: Task, settings: Settings) -> None:
    """Checks that the cluster is asked for what the task needs, and for nothing that it has not.

    Raises:
      InputError: it isn't.
    """
    asked = task.kubeflow
    if isinstance(task.beam, Dataflow):
        if not settings.root.startswith("gs://"):
            raise InputError(
                f"--root = {settings.root!r} with beam = Dataflow(...), whose workers read gs:// "
                "only; valid: gs://BUCKET/PATH"
            )
    elif not isinstance(task.beam, Direct):
        raise InputError(
            f"beam = {task.beam!r}: on Kubeflow, a node reads and writes copies on the disk of its "
            "own pod, which no worker elsewhere sees; valid there: Direct(...), Dataflow(...)"
        )
    if settings.flavor == "vertex":
        if asked.notify:
            raise InputError(
                "kubeflow.notify reads a secret of Kubernetes, which Vertex AI has not; "
                "valid there: None"
            )
        for name, resources in (("training", asked.training), ("others", asked.others)):
            if resources.gpus and "/" in resources.gpu_type:
                raise InputError(
                    f"kubeflow.{name}.gpu_type = {resources.gpu_type!r} is of Kubernetes; "
                    "valid on Vertex AI: an accelerator's type, such as NVIDIA_TESLA_T4"
                )
    if task.training.precision == "mixed_float16" and not asked.training.gpus:
        raise InputError(
            f"training.precision = 'mixed_float16' of {task.name} needs a GPU, and "
            "kubeflow.training.gpus is 0; valid: 1 or more, or another precision"
        )
