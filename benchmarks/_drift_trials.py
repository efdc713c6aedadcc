"""Trials of drift detection: divide, shift, sample, and note who says drift.

Trials come in batches that share a division into reference and current examples, each batch in a
process of its own.
"""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from _drift_cases import Case, Composition, cases, divide
from _drift_figures import OURS, Guess, Trial
from _drift_rows import Rows
from _drift_verdicts import RowByRow, judge_whole
from _other_drift_tools import TensorFlowDataValidation, ask_evidently

from components.drift_report import accuracy
from components.drift_report.calibration import Outcome
from components.drift_report.model_view import ModelView


@dataclass(frozen=True)
class Setting:
    """What all batches of a task share."""

    rows: Rows
    """Examples that the model has not learned from."""
    model: str | None
    """A SavedModel that embeds; None where the fixed view is used."""
    domain: Sequence[bytes]
    """Texts of another domain; may be empty."""
    sizes: Sequence[int]
    """Of the current sample, ascending."""
    reference_size: int
    pool_size: int
    """Examples that a division samples from, at least as many as the largest sample has."""
    false_alarm_rate: float
    evidently: Path | None
    """Its Python; None where it is left out."""
    only: str | None = None
    """The one alteration that is tried; None: all."""


@dataclass(frozen=True)
class Batch:
    """Trials that share a division."""

    seed: int
    samples: int
    """Of each size."""
    evidently_samples: int
    """How many of them Evidently judges as well."""
    estimates: bool
    """Whether to guess the accuracy on the largest sample."""
    composition: Composition
    """Of reference and current examples."""
    altered: bool = False
    """Whether to go through all alterations, instead of taking the examples as they are."""


@dataclass
class Found:
    """What a batch came to."""

    trials: list[Trial] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)


def run(setting_file: Path, batch: Batch) -> Found:
    """Runs a batch; the setting is pickled in a file."""
    return run_batch(_load(setting_file), batch)


def run_batch(setting: Setting, batch: Batch) -> Found:
    """Runs a batch.

    Raises:
      RuntimeError: Evidently failed.
    """
    return _Run(setting, batch).run()


@cache
def _load(setting_file: Path) -> Setting:
    return pickle.loads(setting_file.read_bytes())


class _Run:
    """A batch while it is run."""

    def __init__(self, setting: Setting, batch: Batch) -> None:
        self._setting, self._batch = setting, batch
        self._random = np.random.default_rng(batch.seed)
        division = divide(
            batch.composition, setting.reference_size, setting.pool_size, self._random
        )
        self._reference = setting.rows.take(division.reference)
        self._pool = setting.rows.take(division.current)
        self._tfdv = TensorFlowDataValidation(self._reference)
        self._found = Found()
        self._asked: list[tuple[Trial, Rows]] = []

    def run(self) -> Found:
        """Returns all trials and guesses."""
        if self._batch.altered:
            model = ModelView(self._setting.model) if self._setting.model else None
            for case in cases(self._pool.kind, self._setting.domain):
                if self._setting.only not in (None, case.shift):
                    continue
                contents = case.alter(self._pool.contents, self._random)
                pool = self._pool.altered(contents, model)
                self._try_out(case, pool if case.labelled else pool.unlabelled())
        else:
            self._try_out(self._batch.composition, self._pool)
        if self._asked:
            samples = [sample for _, sample in self._asked]
            answers = ask_evidently(self._setting.evidently, self._reference, samples)
            for (trial, _), alarms in zip(self._asked, answers, strict=True):
                trial.alarms.update(alarms)
        return self._found

    def _try_out(self, shift: Case | Composition, pool: Rows) -> None:
        """Lets everybody judge samples of a pool."""
        reference = self._reference
        if self._batch.estimates and pool.labels:
            self._guess(shift, pool)
        if not shift.labelled:
            reference, pool = reference.unlabelled(), pool.unlabelled()
        rate, seed = self._setting.false_alarm_rate, self._batch.seed
        row_by_row = RowByRow(reference, pool) if self._batch.samples > 1 else None
        for size in self._setting.sizes:
            first: dict[str, Outcome] = {}
            for number in range(self._batch.samples):
                rows = self._random.permutation(len(pool))[:size]
                sample = pool.take(rows)
                found = row_by_row.drifted(rows, first) if first else []
                judged = {} if found else judge_whole(reference, sample, rate, seed)
                drifted = [name for name, outcome in judged.items() if outcome.drifted]
                first = first or judged
                trial = Trial(
                    shift.shift,
                    shift.severity,
                    size,
                    len(reference),
                    {OURS: bool(found or drifted)} | self._tfdv.judge(sample),
                    drifted if number == 0 else None,
                )
                self._found.trials.append(trial)
                if self._setting.evidently and number < self._batch.evidently_samples:
                    self._asked.append((trial, sample))

    def _guess(self, shift: Case | Composition, pool: Rows) -> None:
        """Guesses the accuracy on a sample of the largest size; the pool's order is random."""
        reference, sample = self._reference, pool.take(np.arange(self._setting.sizes[-1]))
        if sample.view.probabilities is None:
            return
        plain, with_mix = (
            accuracy.estimate(
                reference.view, reference.labels, sample.view, labels, self._batch.seed
            )
            for labels in (None, sample.labels)
        )
        self._found.guesses.append(
            Guess(
                shift.shift,
                shift.severity,
                plain.reference,
                with_mix.measured,
                plain.current,
                with_mix.current,
            )
        )
