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
