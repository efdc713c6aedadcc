"""Where Beam runs what nodes give it: ingest, statistics, the transform and the evaluation.

A runner other than the direct one has workers elsewhere. They read and write the same paths as the
run itself, so its data and `runs/` lie on a disk that all of them mount at the same place; and they
import this project's code, so they run in its environment, or in its image.
"""

import os
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.configuration import Configuration

Address = Annotated[str, Field(pattern=r"^[\w.-]+:\d{1,5}$")]
"""HOST:PORT."""
Mode = Literal["in_memory", "multi_threading", "multi_processing"]


class Direct(Configuration):
    """On this machine, without an engine."""

    runner: Literal["direct"] = "direct"
    mode: Mode = "in_memory"
    """How its workers run; more than one process pays from some ten thousand examples on."""
    workers: int | None = Field(None, ge=1)
    """None: one in memory, else as many as there are cores."""

    @property
    def arguments(self) -> list[str]:
        """Beam's options."""
        alone = self.mode == "in_memory"
        workers = self.workers or (1 if alone else os.cpu_count() or 1)
        return [
            f"--direct_running_mode={self.mode}",
            f"--direct_num_workers={workers}",
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


class _Portable(Configuration):
    """On an engine that Beam reaches by a job server of its own."""

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


Beam = Annotated[Direct | Flink | Spark, Field(discriminator="runner")]
