"""The rule of the blessing gate, on counts: for one candidate, or for many at once.

A point estimate blesses noise: of two models that are equally good, one is ahead by chance. So a
candidate has to show, on the same examples as the model in service, that it is not more than a
margin worse. Slices are the other way round: they are small and many, so none has to show anything,
but one that is surely further behind than allowed blocks the candidate. "Surely" takes the number
of slices into account (Holm, "A simple sequentially rejective multiple test procedure", 1979).

Where there are too few examples to bless even an equally good model, and no sign that the candidate
is worse than allowed, nobody can tell, and the rule says so.

A margin allows every new model to be a little worse than the last one; the floor is what ends that.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from components.non_inferiority import (
    Paired,
    examples_needed,
    inferiority,
    non_inferiority,
)

POWER = 0.95
"""In so many cases an equally good model is blessed, where there are enough examples."""
TOLERANCE = 1e-6
"""What equals a bound reaches it."""


@dataclass(frozen=True)
class Settings:
    """What a task asks of a candidate; shares in 0..1."""

    min_accuracy: float
    """Floor of the accuracy."""
    max_accuracy_drop: float
    """How far the accuracy may lie below that of the model in service."""
    min_slice_accuracy: float
    """Floor of the accuracy in each slice; 0 for none."""
    max_slice_drop: float
    """How far a slice may lie below the model in service; 1 for any distance."""
    confidence: float = 0.95
    """Of each statement: that the candidate is good enough, and that a slice is not."""


@dataclass(frozen=True)
class Judgement:
    """What the rule finds, for one candidate or many; arrays [...]."""

    below_floor: np.ndarray
    """bool: its accuracy is."""
    good_enough: np.ndarray
    """bool: it is shown not to be more than the margin worse, or there is no baseline."""
    worse: np.ndarray
    """bool: it is shown to be more than the margin worse."""
    decidable: np.ndarray
    """bool: the examples are enough to bless an equally good model nearly always."""
    slice_p_values: np.ndarray | None
    """float [..., slices], corrected for their number; None where nothing is asked of slices."""
    slice_faults: np.ndarray
    """bool [..., slices]: it is surely worse than allowed."""

    @property
    def blessed(self) -> np.ndarray:
        """bool."""
        return self._acceptable & self.good_enough

    @property
    def undecided(self) -> np.ndarray:
        """bool: neither blessed nor to blame."""
        return self._acceptable & ~self.good_enough & ~self.worse & ~self.decidable

    @property
    def _acceptable(self) -> np.ndarray:
        return ~self.below_floor & ~self.slice_faults.any(axis=-1)


def judge(overall: Paired, slices: Paired, settings: Settings, compared: bool) -> Judgement:
    """Judges candidates.

    Args:
      overall: counts of all examples, [...].
      slices: counts of some of them, [..., slices]; none without an example.
      settings: of the task.
      compared: whether there is a baseline; where there is none, what the counts say of it is not
        looked at.
    """
    level = 1 - settings.confidence
    p_values = _slice_p_values(slices, settings, compared)
    faults = np.zeros(np.shape(slices.examples), bool) if p_values is None else p_values <= level
    margin = settings.max_accuracy_drop
    everyone = np.ones(np.shape(overall.examples), bool)
    return Judgement(
        below_floor=overall.accuracy < settings.min_accuracy - TOLERANCE,
        good_enough=non_inferiority(overall, margin) <= level if compared else everyone,
        worse=inferiority(overall, margin) <= level if compared else ~everyone,
        decidable=overall.examples >= needed(overall, settings) if compared else everyone,
        slice_p_values=p_values,
        slice_faults=faults,
    )


def needed(overall: Paired, settings: Settings) -> np.ndarray:
    """Returns how many examples bless an equally good model nearly always; infinity if none do."""
    return examples_needed(
        overall.discordance, settings.max_accuracy_drop, settings.confidence, POWER
    )


def drop_p_values(slices: Paired, settings: Settings) -> np.ndarray:
    """Returns how often chance leaves a slice so far behind the baseline; 1 if nothing is asked."""
    if settings.max_slice_drop >= 1:
        return np.ones(np.shape(slices.examples))
    return inferiority(slices, settings.max_slice_drop)


def floor_p_values(slices: Paired, settings: Settings) -> np.ndarray:
    """Returns how often chance leaves a slice so far below its floor; 1 if nothing is asked."""
    return binom.cdf(slices.right, slices.examples, settings.min_slice_accuracy)


def _slice_p_values(slices: Paired, settings: Settings, compared: bool) -> np.ndarray | None:
    asked = []
    if compared and settings.max_slice_drop < 1:
        asked.append(drop_p_values(slices, settings))
    if settings.min_slice_accuracy > 0:
        asked.append(floor_p_values(slices, settings))
    if not asked:
        return None
    # Whoever is asked two things has two chances to fail.
    return holm(np.minimum(1, len(asked) * np.min(asked, axis=0)))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Corrects p-values for their number, so that the rate at which any of them accuses wrongly is
    held, however they depend on each other.

    Args:
      p_values: [..., tests].
    """
    tests = p_values.shape[-1]
    order = np.argsort(p_values, axis=-1)
    stepped = np.take_along_axis(p_values, order, axis=-1) * (tests - np.arange(tests))
    corrected = np.empty_like(p_values)
    rising = np.maximum.accumulate(stepped, axis=-1)
    np.put_along_axis(corrected, order, np.minimum(rising, 1), axis=-1)
    return corrected
