"""Loads a model in a server, and asks it what clients will ask."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from components.infra_validator.server import NotServable, running

_PROBABILITIES = "probabilities"


@dataclass(frozen=True)
class Settings:
    """What a model may cost."""

    max_load_seconds: float
    """From the start of the server until the model answers, warm-up requests included."""
    max_answer_seconds: float
    """For one example."""
    memory_gib: float
    """That the server may hold."""
    batching: str = ""
    """Text of the server's batching parameters; empty computes each request by itself."""


@dataclass(frozen=True)
class Served:
    """What it cost."""

    load_seconds: float
    answers: int
    slowest_seconds: float
    peak_memory: int | None
    """Bytes; None where the system does not tell."""

    def __str__(self) -> str:
        memory = f", {self.peak_memory / 2**20:,.0f} MiB" if self.peak_memory else ""
        return (
            f"loaded in {self.load_seconds:.1f} s, {self.answers} answers, "
            f"the slowest in {1000 * self.slowest_seconds:.0f} ms{memory}"
        )


def validate(
    model: str, saved_model: Path, requests: Sequence[PredictRequest], settings: Settings
) -> Served:
    """Loads a model in a process of its own, and asks it.

    Args:
      model: the name that the requests ask for.
      saved_model: folder; the warm-up requests in it are played while it is loaded.
      requests: to be answered, one after the other.
      settings: what it may cost.

    Raises:
      NotServable: it cannot be loaded, a request has no answer or a senseless one, or it costs more
        than it may.
    """
    with (
        tempfile.TemporaryDirectory() as work,
        running(model, saved_model, settings.batching, Path(work)) as server,
    ):
        began = time.monotonic()
        server.wait_until_loaded(settings.max_load_seconds)
        load_seconds, slowest = time.monotonic() - began, 0.0
        for request in requests:
            asked = time.monotonic()
            answer = server.ask(request, settings.max_answer_seconds)
            slowest = max(slowest, time.monotonic() - asked)
            _check(tf.make_ndarray(answer.outputs[_PROBABILITIES]))
        memory = server.peak_memory()
    if memory is not None and memory > settings.memory_gib * 2**30:
        raise NotServable(
            f"the server took {memory / 2**30:.2f} GiB; its limit is {settings.memory_gib:g} GiB"
        )
    return Served(load_seconds, len(requests), slowest, memory)


def _check(probabilities: np.ndarray) -> None:
    if not np.isfinite(probabilities).all():
        raise NotServable("a request was answered with probabilities that are no numbers")
    # Half precision may leave a sum some thousandths away from 1.
    if not np.allclose(probabilities.sum(axis=-1), 1, atol=0.01):
        raise NotServable("a request was answered with probabilities that do not make 1")
