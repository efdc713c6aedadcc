"""Where Beam runs what nodes give it: ingest, statistics, the transform and the evaluation.

A runner other than the direct one has workers elsewhere. Those of Flink and Spark read and write
the same paths as the run itself, so its data and `runs/` lie on a disk that all of them mount at
the same place; Dataflow's read and write `gs://`, where runs on Kubeflow lie. All import this
project's code, so they run in its environment, or in its image.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.configuration import Configuration

Address = Annotated[str, Field(pattern=r"^[\w.-]+:\d{1,5}$")]
"""HOST:PORT."""
DATAFLOW_RUNNER = "DataflowRunner"
Mode = Literal["in_memory", "multi_threading", "multi_processing"]


MANY, CORES, PROCESSES = 250_000, 4, 4
"""Examples and cores from which on several processes pay, and the most of them, as each takes half
a gigabyte. On two cores two never did: benchmarks/RESULTS.md."""


class Direct(Configuration):
    """On this machine, without an engine."""

    runner: Literal["direct"] = "direct"
    mode: Mode | None = None
    """How its workers run. None: in memory, but from 250,000 examples and four cores on in four
    processes; on Kubeflow, where nobody knows how many there will be, in memory."""
    workers: int | None = Field(None, ge=1)
    """None: one in memory, else as many as there are cores; four where the mode is left open."""

    def settled(self, examples: int | None, cores: int) -> "Direct":
        """Returns what is meant where the task leaves it open.

        Args:
          examples: about how many there are; None where that is not known.
          cores: that a node may use.
        """
        mode, workers = self.mode, self.workers or cores
        if mode is None:
            pays = (examples or 0) >= MANY and cores >= CORES and self.workers != 1
            mode = "multi_processing" if pays else "in_memory"
            workers = self.workers or PROCESSES
        return Direct(mode=mode, workers=1 if mode == "in_memory" else workers)

    @property
    def arguments(self) -> list[str]:
        """Beam's options."""
        return [
            f"--direct_running_mode={self.mode or 'in_memory'}",
            f"--direct_num_workers={self.workers or 1}",
            # Unused by Beam here. Unnamed, TFX packs its own source for workers, in every node.
            "--sdk_container_image=none",
        ]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.mode == "in_memory" and (self.workers or 1) > 1:
            raise ValueError(
                f"workers = {self.workers} with mode = 'in_memory', where there is one; "
                "valid: 'multi_threading' or 'multi_processing'"
            )
        return self


class _Engine(Configuration):
    """Something that takes Beam's pipelines and runs them elsewhere."""

    def settled(self, examples: int | None, cores: int) -> Self:
        """See `Direct`; here nothing is left open."""
        del examples, cores
        return self


class _Portable(_Engine):
    """An engine that Beam reaches by a job server of its own."""

    job_server: Address
    """Of Beam's job server for the engine, HOST:PORT."""
    parallelism: int = Field(ge=1)
    """Parts that the engine works on at the same time."""
    worker_pool: Address | None = None
    """Of a pool of Beam's workers beside each of the engine's, HOST:PORT; its program is
    `python -m apache_beam.runners.worker.worker_pool_main`, and the first `python` on its PATH has
    to be this project's."""
    image: str | None = Field(None, min_length=1)
    """Of containers that the engine starts as workers, where it may start any."""

    @property
    def arguments(self) -> list[str]:
        """Beam's options."""
        kind, where = ("EXTERNAL", self.worker_pool) if self.worker_pool else ("DOCKER", self.image)
        return [
            "--runner=PortableRunner",
            f"--job_endpoint={self.job_server}",
            f"--parallelism={self.parallelism}",
            f"--environment_type={kind}",
            f"--environment_config={where}",
            "--sdk_container_image=none" if self.worker_pool else f"--sdk_container_image={where}",
        ]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.worker_pool is None) == (self.image is None):
            raise ValueError("valid: either worker_pool or image")
        return self


class Flink(_Portable):
    """On Apache Flink."""

    runner: Literal["flink"] = "flink"


class Spark(_Portable):
    """On Apache Spark."""

    runner: Literal["spark"] = "spark"


class Dataflow(_Engine):
    """On Google's Dataflow: statistics, the transform and the evaluation of runs on Kubeflow.

    Ingest stays where it is, as it reads the raw data by their paths.
    """

    runner: Literal["dataflow"] = "dataflow"
    project: str = Field(min_length=1)
    """Id of the project that pays."""
    region: str = Field(pattern=r"^[a-z]+-[a-z]+\d+$")
    """Such as europe-west1."""
    temporary: str = Field(pattern=r"^gs://[\w.-]+(/.*)?$")
    """gs://BUCKET/PATH for what Dataflow leaves behind."""
    image: str = Field(min_length=1)
    """Of the workers: the project's own."""
    max_workers: int | None = Field(None, ge=1)
    """None: as many as Dataflow thinks fit."""
    machine_type: str | None = Field(None, min_length=1)
    """Such as n2-standard-4; None: Dataflow's default."""
    service_account: str | None = Field(None, min_length=1)
    """E-mail of the workers' account; None: the project's default."""
    subnetwork: str | None = Field(None, min_length=1)
    """URL; None: the default network."""

    @property
    def arguments(self) -> list[str]:
        """Beam's options for nodes that stay where they are."""
        return Direct().arguments

    @property
    def engine_arguments(self) -> list[str]:
        """Beam's options for nodes that run on Dataflow."""
        chosen = {
            "max_num_workers": self.max_workers,
            "machine_type": self.machine_type,
            "service_account_email": self.service_account,
            "subnetwork": self.subnetwork,
        }
        return [
            f"--runner={DATAFLOW_RUNNER}",
            f"--project={self.project}",
            f"--region={self.region}",
            f"--temp_location={self.temporary}",
            f"--sdk_container_image={self.image}",
            # The image holds Beam, so none is brought along.
            "--sdk_location=container",
            *(f"--{name}={value}" for name, value in chosen.items() if value is not None),
        ]


Beam = Annotated[Direct | Flink | Spark | Dataflow, Field(discriminator="runner")]
