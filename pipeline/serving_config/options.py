"""What a task may say about its serving; every field has a default that serves."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from pipeline.configuration import Configuration
from pipeline.serving_config.storage import storage


def _pinned(image: str) -> str:
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    if not digest.startswith("sha256:") and tag in ("", "latest"):
        raise ValueError("says no version; valid: NAME:TAG but for latest, or NAME@sha256:DIGEST")
    return image


Image = Annotated[str, AfterValidator(_pinned)]


class Serving(Configuration):
    """How TensorFlow Serving runs: on one machine, on Kubernetes, with KServe."""

    image: Image = "tensorflow/serving:2.16.1"
    """As new as the TensorFlow that trains, or newer."""
    gpu_image: Image = "tensorflow/serving:2.16.1-gpu"
    models: str = ""
    """Where a cluster finds the versions: gs://BUCKET/PATH, s3://BUCKET/PATH, pvc://CLAIM/PATH, or
    a folder of every node; empty is a claim called <task>-models."""
    s3_endpoint: str = ""
    """URL of an S3 other than Amazon's."""
    replicas: int = Field(2, ge=1)
    """The fewest; with one, every move of the pod is an outage."""
    max_replicas: int = Field(6, ge=1)
    cpu: int = Field(2, ge=1)
    """Cores of a replica."""
    memory_gib: float = Field(2.0, ge=0.5)
    """Memory of a replica; what two or three loaded versions and their requests take."""
    disk_gib: float = Field(4.0, gt=0)
    """Where models are fetched from a bucket: what the loaded versions may take on a node."""
    gpus: int = Field(1, ge=1)
    """Of a replica of the GPU variant."""
    canary_percent: int = Field(10, ge=1, le=99)
    """Of the requests, with KServe."""
    batching: bool = True
    """Compute requests that arrive together as one."""
    max_batch_size: int = Field(32, ge=1)
    """Examples that are computed at once."""
    batch_timeout_ms: float = Field(1.0, ge=0)
    """How long a request waits for others to join its batch."""
    max_latency_ms: float = Field(250.0, gt=0)
    """A 99th percentile above raises an alert."""
    max_error_share: float = Field(0.01, gt=0, lt=1)
    """A larger share of requests that the server fails raises an alert."""

    @field_validator("models")
    @classmethod
    def _a_place(cls, models: str) -> str:
        if models:
            storage(models)
        return models

    @field_validator("s3_endpoint")
    @classmethod
    def _a_url(cls, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        if endpoint and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError("is no URL; valid: https://HOST or https://HOST:PORT")
        return endpoint

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.max_replicas < self.replicas:
            raise ValueError(
                f"max_replicas = {self.max_replicas} must be at least replicas = {self.replicas}"
            )
        if self.s3_endpoint and not self.models.startswith("s3://"):
            raise ValueError(f"s3_endpoint is of s3://; models = {self.models!r}")
        return self
