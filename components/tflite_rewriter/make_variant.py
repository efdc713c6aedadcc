"""Converts a network into a variant and asks it, in one process that may fail.

`python -m components.tflite_rewriter.make_variant JOB`: JOB is the file of a `Job`. One process for
both, as most of its time is the start of TensorFlow.
"""

import dataclasses
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from components.tflite_rewriter.answers import answer_all
from components.tflite_rewriter.device_network import write_device_network
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.variants import VARIANTS


def make_variant(job: Job) -> None:
    """Makes `job.model` as soon as it is converted, then `job.answers`.

    What a conversion that failed has left lies in `unfinished(job)`.
    """
    variant = VARIANTS[job.variant]
    aside = unfinished(job)
    aside.mkdir(parents=True)
    with TemporaryDirectory() as folder:
        write_device_network(job.saved_model, job.standardisation, folder)
        job_of_device = dataclasses.replace(job, saved_model=folder)
        variant.format.convert(job_of_device, aside / variant.file)
    os.rename(aside, job.model)
    answer = variant.format.open_model(Path(job.model, variant.file), threads=1)
    np.save(job.answers, answer_all(answer, np.load(job.inputs, mmap_mode="r")))


def unfinished(job: Job) -> Path:
    """Returns the folder in which a model is made, beside the one that it is renamed to."""
    return Path(f"{job.model}.unfinished")


if __name__ == "__main__":
    make_variant(Job.read(sys.argv[1]))
