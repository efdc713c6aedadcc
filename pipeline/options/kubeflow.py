"""What a task may say about its runs on Kubeflow."""

from pydantic import Field

from pipeline.configuration import Configuration


class Resources(Configuration):
    """What a node's container gets, and no more."""

    cpu: float = Field(2.0, gt=0)
    """Cores."""
    memory_gib: float = Field(8.0, gt=0)
    gpus: int = Field(0, ge=0)
    gpu_type: str = Field("nvidia.com/gpu", min_length=1)
    """The resource's name in the cluster; on Vertex AI, such as NVIDIA_TESLA_T4."""


class Notify(Configuration):
    """Who is told of a run that failed, or whose model does not go into service: a webhook that
    takes what Slack's take, whose URL is in a Kubernetes secret."""

    secret: str = Field(min_length=1)
    """The secret's name."""
    key: str = Field("url", min_length=1)
    """Where in the secret the URL is."""
    pages: str = Field("", pattern=r"^(https?://[^\s]+[^\s/])?$")
    """Address of Kubeflow Pipelines' pages, for links to runs; empty gives their ids instead."""


class Kubeflow(Configuration):
    """How the nodes of a run are set up."""

    training: Resources = Resources(cpu=4, memory_gib=16)
    """Of the Trainer, the Tuner and the StudentTrainer."""
    others: Resources = Resources()
    """Of every other node."""
    retries: int = Field(2, ge=0, le=10)
    """Of a node that failed, with pauses that double from half a minute on."""
    cache: bool = True
    """Take what is unchanged from earlier runs, but of nodes that read beyond their own run."""
    notify: Notify | None = None
    """None tells nobody."""
