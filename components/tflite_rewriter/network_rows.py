"""The rows of one network: its Keras file, its SavedModel, and its variants."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from components import keras_model
from components.tflite_rewriter.compare import compare
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.judge import judge
from components.tflite_rewriter.network import Network
from components.tflite_rewriter.report import KERAS, SAVED_MODEL, Row
from components.tflite_rewriter.run_jobs import Outcome, run_jobs
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.sizes import sizes
from components.tflite_rewriter.standardisation import Standardisation
from components.tflite_rewriter.variants import VARIANTS

THREADS = (1, 2)
_BATCH = 64


@dataclass(frozen=True)
class Shown:
    """The examples that every model looks at."""

    serialized: Sequence[bytes]
    raw: Sequence[bytes]
    """Image files or texts."""
    truth: np.ndarray
    """Place of the true class, int [examples]; -1 where no model knows it."""
    in_service_right: np.ndarray
    """What the SavedModel in service has right, bool [examples]."""


class NetworkRows:
    """Compares the forms of a network with its SavedModel, and with the one in service."""

    def __init__(
        self, name: str, network: Network, own: np.ndarray, shown: Shown, settings: Settings
    ) -> None:
        """Takes a network by its name, and what its SavedModel answers.

        Args:
          name: among the networks of the report.
          network: the SavedModel.
          own: what it answers to `shown.raw`, [examples, classes].
          shown: the examples.
          settings: tolerance and limits.
        """
        self._name = name
        self._network = network
        self._own = own
        self._shown = shown
        self._settings = settings

    def saved_model(self) -> Row:
        """Returns the row of the SavedModel itself, which answers to raw images or texts."""
        size, compressed = sizes(self._network.folder)
        return self._row(SAVED_MODEL, self._own, bytes=size, gzip_bytes=compressed)

    def keras(self, model_run: str) -> Row:
        """Returns the row of the network as a Keras file, which answers to the transformed feature.

        Args:
          model_run: where the Trainer left it.
        """
        model = keras_model.read(model_run)
        if model is None:
            reason = f"the training left no {keras_model.MODEL} that Keras can read"
            return Row(self._name, KERAS, "failed", reason)
        inputs = self._network.transform(self._shown.serialized)
        answers = model.predict(inputs, batch_size=_BATCH, verbose=0)
        size, compressed = sizes(os.path.join(model_run, keras_model.MODEL))
        return self._row(KERAS, answers, bytes=size, gzip_bytes=compressed)

    def variants(
        self,
        standardisation: Standardisation | None,
        representative: Sequence[bytes],
        output: Path,
        work: Path,
    ) -> list[Row]:
        """Returns the rows of the variants that the settings ask for.

        Args:
          standardisation: of images: what the variants do themselves.
          representative: serialized training examples, for the ranges of integers.
          output: holds the contract; gets `<network>/<variant>/`.
          work: a folder to work in.
        """
        files = {"inputs": self._shown.serialized, "representative": representative}
        for file, examples in files.items():
            np.save(work / f"{file}.npy", self._inputs(examples, standardisation))
        (output / self._name).mkdir()
        jobs = [
            Job(
                variant=variant,
                saved_model=self._network.folder,
                standardisation=standardisation,
                contract=str(output),
                inputs=str(work / "inputs.npy"),
                representative=str(work / "representative.npy"),
                model=str(output / self._name / variant),
                answers=str(work / f"{variant}.npy"),
                latencies=str(work / f"{variant}.json"),
                threads=THREADS,
            )
            for variant in self._settings.variants
        ]
        outcomes = run_jobs(jobs, self._settings)
        return [self._variant(job, outcome) for job, outcome in zip(jobs, outcomes, strict=True)]

    def _inputs(
        self, serialized: Sequence[bytes], standardisation: Standardisation | None
    ) -> np.ndarray:
        """Returns what the variants take, [examples, ...]."""
        if not serialized:
            return np.empty(0)
        transformed = self._network.transform(serialized)
        return standardisation.undone(transformed) if standardisation else transformed

    def _variant(self, job: Job, outcome: Outcome) -> Row:
        found: dict[str, Any] = {"seconds": outcome.seconds}
        model = Path(job.model)
        if model.exists():
            size, compressed = sizes(str(model))
            path = f"{self._name}/{job.variant}/{VARIANTS[job.variant].file}"
            found |= {"bytes": size, "gzip_bytes": compressed, "path": path}
        if outcome.failure is not None:
            return Row(self._name, job.variant, "failed", outcome.failure, **found)
        found["latencies"] = tuple(outcome.latencies)
        return self._row(job.variant, outcome.probabilities, **found)

    def _row(self, variant: str, probabilities: np.ndarray, **found: Any) -> Row:
        truth, settings = self._shown.truth, self._settings
        comparison = compare(
            probabilities, self._own, truth, self._shown.in_service_right, settings.confidence
        )
        status, reason = judge(comparison, len(truth), settings)
        return Row(self._name, variant, status, reason, comparison, **found)
