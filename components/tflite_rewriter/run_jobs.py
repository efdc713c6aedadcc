"""Runs the processes that make variants, two at once, and then the one that times them, alone."""

import json
import logging
import os
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from components.limited_process import ProcessFailed, run_limited
from components.tflite_rewriter import make_variant, time_variants
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.latency import Latency
from components.tflite_rewriter.settings import Settings

progress = logging.getLogger("progress")

PARALLEL = 2
"""Variants made at once; most of the time of each is the start of TensorFlow on one core."""


@dataclass
class Outcome:
    """What came of a job."""

    seconds: float
    """What the process took that made and asked it, with its start."""
    probabilities: np.ndarray | None = None
    """[examples, classes]; None where it failed before."""
    latencies: list[Latency] = field(default_factory=list)
    failure: str | None = None
    """In one line."""


def run_jobs(jobs: Sequence[Job], settings: Settings) -> list[Outcome]:
    """Makes all variants, then times them.

    Args:
      jobs: each of its own folders and files.
      settings: with the limits of a process.

    Returns:
      The outcomes in the order of the jobs.
    """
    limits = {
        "memory_bytes": min(settings.memory_bytes, _machine_memory() // PARALLEL),
        "deadline_seconds": settings.deadline_seconds,
    }
    with ThreadPoolExecutor(PARALLEL) as pool:
        outcomes = list(pool.map(partial(_make, limits), jobs))
    made = [
        (job, outcome)
        for job, outcome in zip(jobs, outcomes, strict=True)
        if outcome.failure is None
    ]
    # One process for all, as its start takes longer than most timings; a variant that ends it is
    # left out, and the next process goes on behind it.
    while made:
        failure = _failure(time_variants.__name__, [job for job, _ in made], limits)
        timed = [Path(job.latencies).exists() for job, _ in made]
        for (job, outcome), done in zip(made, timed, strict=True):
            if done:
                measured = json.loads(Path(job.latencies).read_text())
                outcome.latencies = [Latency(**each) for each in measured]
        if failure is None or all(timed):
            break
        ended_at = timed.index(False)
        made[ended_at][1].failure = f"timing: {failure}"
        made = made[ended_at + 1 :]
    return outcomes


def _make(limits: dict[str, Any], job: Job) -> Outcome:
    start = time.monotonic()
    failure = _failure(make_variant.__name__, [job], limits)
    outcome = Outcome(time.monotonic() - start)
    progress.info("%s: %s in %.0f s", job.variant, failure or "made", outcome.seconds)
    if failure is None:
        outcome.probabilities = np.load(job.answers)
        return outcome
    step = "interpretation" if Path(job.model).exists() else "conversion"
    outcome.failure = f"{step}: {failure}"
    # A process that was killed could not tidy up.
    shutil.rmtree(make_variant.unfinished(job), ignore_errors=True)
    return outcome


def _failure(module: str, jobs: Sequence[Job], limits: dict[str, Any]) -> str | None:
    """Runs a module on jobs; returns why it failed, in one line, or None."""
    paths = [f"{job.answers}.{module}.json" for job in jobs]
    for path, job in zip(paths, jobs, strict=True):
        job.write(path)
    try:
        run_limited(module, paths, **limits)
    except ProcessFailed as error:
        return str(error)
    return None


def _machine_memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
