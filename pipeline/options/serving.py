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


class RequestLog(Configuration):
    """A sample of the requests and their answers, kept by `make serve` for
    `python -m pipeline feedback`.

    TensorFlow Serving has the messages for this, but none of its binaries has what writes them, and
    each refuses to start with a `models.config` that asks for it. Only `collector` makes that file
    ask, for an image of your own.
    """

    share: float = Field(gt=0, le=1)
    """Of the requests, each by chance."""
    max_mib: int = Field(256, ge=1)
    """On disk; the oldest make room. A request that takes more than a quarter of it is left out."""
    redact: str = Field("", pattern=r"^([\w.]+:\w+)?$")
    """`module:function` that each PredictionLog passes through before it is written, to take out
    what must not be kept; None in return drops it."""
    collector: str = ""
    """Type of the log collector that is built into `image`, if one is."""
    collector_prefix: str = ""
    """The `filename_prefix` that it is given."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.collector) != bool(self.collector_prefix):
            raise ValueError("collector and collector_prefix go together")
        return self


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
    max_load_seconds: float = Field(60.0, gt=0)
    """A model that takes longer until it answers is not pushed."""
    max_answer_seconds: float = Field(5.0, gt=0)
    """A model that then takes longer for one example is not pushed."""
    request_log: RequestLog | None = None
    """None: no request is logged."""
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
