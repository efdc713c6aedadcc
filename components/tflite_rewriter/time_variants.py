"""Times variants one after the other, in a process that may fail, while no other is made.

`python -m components.tflite_rewriter.time_variants JOB…`: each JOB is the file of a `Job`.
"""

import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from components.tflite_rewriter.job import Job
from components.tflite_rewriter.latency import measure
from components.tflite_rewriter.variants import VARIANTS


def time_variants(jobs: Sequence[Job]) -> None:
    """Writes each job's `latencies`, whole or not at all, as soon as they are measured."""
    for job in jobs:
        variant = VARIANTS[job.variant]
        inputs = np.load(job.inputs, mmap_mode="r")
        model = Path(job.model, variant.file)
        measured = [
            measure(variant.format.open_model(model, threads), inputs, threads)
            for threads in job.threads
        ]
        aside = Path(f"{job.latencies}.new")
        aside.write_text(json.dumps([dataclasses.asdict(each) for each in measured]))
        os.replace(aside, job.latencies)


if __name__ == "__main__":
    time_variants([Job.read(path) for path in sys.argv[1:]])
