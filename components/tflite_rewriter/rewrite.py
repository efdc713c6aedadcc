"""Makes a pushed model's TensorFlow Lite variants, measures them, and pushes the best one."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tfx.dsl.io import fileio

from components.atomic_push import push
from components.tflite_rewriter import make_variant
from components.tflite_rewriter.compare import accuracy, compare
from components.tflite_rewriter.convert import OPTIMIZATIONS
from components.tflite_rewriter.limited_process import ProcessFailed, run_limited
from components.tflite_rewriter.reference import Reference, choose_examples, take_reference
from components.tflite_rewriter.report import Report, Variant

MODEL_FILE = "model.tflite"
LABELS_FILE = "labels.txt"
REPORT_FILE = "report.json"
PARALLEL = 2
"""Variants at once; most of the time of each is the start of TensorFlow on one core."""

progress = logging.getLogger("progress")


@dataclass(frozen=True)
class Settings:
    """How the variants are made and judged."""

    examples: int
    """Evaluation examples on which the outputs are compared."""
    min_agreement: float
    """Share of examples with the same class that makes a variant good."""
    memory_bytes: int = 12 * 2**30
    """Limit of each process; never more than its share of the machine's memory."""
    deadline_seconds: float = 600.0
    """Limit of each process."""


def rewrite(
    saved_model: str, examples: Sequence[str], settings: Settings, pushed_version: str, output: Path
) -> Report:
    """Converts a SavedModel into every variant and compares each with the SavedModel.

    A variant that cannot be made or run is a row of the report with the reason, never an error.

    Args:
      saved_model: folder with the signatures `serving_default`, `transform_features`, `tflite`,
        and the class names in `assets.extra/labels.txt`.
      examples: gzipped TFRecord files of serialized `tf.Example` with `label` and `source`.
      settings: limits and thresholds.
      pushed_version: version under which the SavedModel is served.
      output: local folder; gets `<variant>/model.tflite`, `labels.txt` and `report.json`.

    Raises:
      ValueError: there are no examples.
    """
    chosen = choose_examples(examples, settings.examples)
    if not chosen:
        raise ValueError(f"no examples to measure on in {', '.join(examples) or 'no files'}")
    reference = take_reference(saved_model, chosen)
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(PARALLEL) as pool:
        inputs = os.path.join(work, "inputs.npy")
        np.save(inputs, reference.inputs)
        make = partial(_make, saved_model, reference, inputs, settings, output)
        variants = list(pool.map(make, OPTIMIZATIONS))
    report = Report.of_variants(
        variants,
        pushed_version=pushed_version,
        min_agreement=settings.min_agreement,
        examples=len(chosen),
        accuracy=accuracy(reference.probabilities, reference.classes, reference.labels),
    )
    fileio.copy(
        os.path.join(saved_model, "assets.extra", LABELS_FILE), str(output / LABELS_FILE), True
    )
    (output / REPORT_FILE).write_text(report.to_json())
    return report


def push_blessed(output: Path, report: Report, destination: str) -> str | None:
    """Pushes the blessed variant to `<destination>/<version of the SavedModel>/`.

    Args:
      output: the folder that `rewrite` filled.
      report: what `rewrite` returned.
      destination: the folder of all versions.

    Returns:
      The path of the version, with `model.tflite`, `labels.txt`, `report.json`; None, and nothing
      is written, if no variant is blessed.

    Raises:
      InputError: the destination cannot be written.
    """
    if report.blessed is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        files = (os.path.join(report.blessed, MODEL_FILE), LABELS_FILE, REPORT_FILE)
        for file in files:
            shutil.copy(output / file, folder)
        return push(folder, destination, report.pushed_version)


def _make(
    saved_model: str, reference: Reference, inputs: str, settings: Settings, output: Path, name: str
) -> Variant:
    model = output / name / MODEL_FILE
    answers = Path(inputs).with_name(f"{name}.npy")
    model.parent.mkdir()
    comparison, failure = None, None
    start = time.monotonic()
    try:
        run_limited(
            make_variant.__name__,
            [saved_model, name, inputs, str(model), str(answers)],
            memory_bytes=min(settings.memory_bytes, _machine_memory() // PARALLEL),
            deadline_seconds=settings.deadline_seconds,
        )
        comparison = compare(
            np.load(answers), reference.probabilities, reference.classes, reference.labels
        )
    except ProcessFailed as error:
        failure = f"{'interpretation' if model.exists() else 'conversion'}: {error}"
    size = model.stat().st_size if model.exists() else None
    variant = Variant(name, time.monotonic() - start, size, comparison, failure)
    progress.info("%s", variant)
    return variant


def _machine_memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
