"""Tells drift from chance, by resampling the reference.

Every comparison is a distance between the means of some columns over two samples: indicators of
bins, of classes, of words, or random features of a kernel. How large the distances are where
nothing has drifted, bootstrap samples tell: of the reference's examples, drawn with replacement,
one as large as the current sample and one as large as the reference. So a threshold fits the
sizes, whatever they are.

Many comparisons make many chances for a false alarm. The rate of the whole report is held by the
minimum of the p-values (Westfall and Young, "Resampling-Based Multiple Testing", 1993, algorithm
2.8), which allows for comparisons that see the same thing: brightness and contrast, say. A
comparison that sees what no other does may have a weight, by which its p-value is divided
(Genovese, Roeder and Wasserman, "False discovery control with p-value weighting", 2006).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

_RESAMPLES = 2000
# The more comparisons, the further out in each one's tail lies their common threshold.
_RESAMPLES_A_COMPARISON = 100
_AT_ONCE = 200


@dataclass(frozen=True)
class Comparison:
    """Two samples, as columns whose means are compared."""

    reference: np.ndarray
    """float32 [reference examples, columns]."""
    current: np.ndarray
    """float32 [current examples, columns]."""
    distance: Callable[[np.ndarray], np.ndarray]
    """From differences of means [..., columns] to distances [...]; 0 of zeros, never negative."""
    weight: float = 1.0
    """How many times as often as another comparison it may be a false alarm."""

    @property
    def observed(self) -> float:
        """The distance between the samples."""
        return float(self.distance(self.current.mean(axis=0) - self.reference.mean(axis=0)))


@dataclass(frozen=True)
class Outcome:
    """How far a comparison moved, and how far chance would move it."""

    distance: float
    threshold: float
    p_value: float
    """Corrected for the number of comparisons."""

    @property
    def drifted(self) -> bool:
        """Whether chance alone moves things so far too rarely."""
        return self.distance > self.threshold


@dataclass(frozen=True)
class Drawn:
    """A comparison that is no distance of means: it brings its own draws."""

    observed: float
    """The distance between the samples."""
    by_chance: Callable[[int], np.ndarray]
    """From a number of draws to as many distances by chance."""


def judge(
    comparisons: Sequence[Comparison],
    false_alarm_rate: float,
    seed: int,
    drawn: Sequence[Drawn] = (),
) -> list[Outcome]:
    """Judges comparisons of the same examples together.

    Args:
      comparisons: row by row of the same examples, at least one.
      false_alarm_rate: how often any of them may say drift where there is none, in 0..1.
      seed: the same seed gives the same outcome.
      drawn: further ones.

    Returns:
      The outcomes of `comparisons`, then of `drawn`.
    """
    resamples = max(_RESAMPLES, _RESAMPLES_A_COMPARISON * (len(comparisons) + len(drawn)))
    chance = [
        chance_distances(
            [comparison.reference for comparison in comparisons],
            [comparison.distance for comparison in comparisons],
            len(comparisons[0].current),
            resamples,
            seed,
        ),
        *(comparison.by_chance(resamples)[:, None] for comparison in drawn),
    ]
    observed = [comparison.observed for comparison in (*comparisons, *drawn)]
    weights = [*(comparison.weight for comparison in comparisons), *([1.0] * len(drawn))]
    found = corrected(
        np.array(observed), np.concatenate(chance, axis=1), np.array(weights), false_alarm_rate
    )
    return [Outcome(*map(float, row)) for row in zip(observed, *found, strict=True)]


def chance_distances(
    columns: Sequence[np.ndarray],
    distances: Sequence[Callable[[np.ndarray], np.ndarray]],
    current_count: int,
    resamples: int,
    seed: int,
) -> np.ndarray:
    """Returns how far samples of the reference lie from each other, by chance alone.

    Args:
      columns: of each comparison, float32 [reference examples, columns].
      distances: of each comparison.
      current_count: size of the current sample.
      resamples: number of pairs of samples.
      seed: of the draws.

    Returns:
      float64 [resamples, comparisons].
    """
    together = np.concatenate(columns, axis=1)
    bounds = np.cumsum([part.shape[1] for part in columns])[:-1]
    found = []
    for weights in _weights(resamples, len(together), current_count, seed):
        parts = np.split(weights @ together, bounds, axis=1)
        found.append([distance(part) for distance, part in zip(distances, parts, strict=True)])
    return np.concatenate(found, axis=1).T.astype(np.float64)


def corrected(
    observed: np.ndarray, chance: np.ndarray, weights: np.ndarray, false_alarm_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Corrects for many comparisons.

    Args:
      observed: distances, [comparisons].
      chance: distances by chance, [resamples, comparisons].
      weights: of the comparisons, [comparisons].
      false_alarm_rate: of all comparisons together.

    Returns:
      Thresholds of the distances, and corrected p-values, both [comparisons].
    """
    # What was observed counts as one more draw: a p-value is never 0.
    draws = np.sort(np.vstack([chance, observed]), axis=0)

    def weighted_counts_beyond(distances: np.ndarray) -> np.ndarray:
        columns = range(draws.shape[1])
        below = [np.searchsorted(draws[:, k], distances[..., k]) for k in columns]
        return (len(draws) - np.stack(below, axis=-1)) / weights

    fewest = np.sort(weighted_counts_beyond(chance).min(axis=1))
    lower = np.searchsorted(fewest, weighted_counts_beyond(observed), side="right")
    # A distance that fewer draws reach than this one is drift.
    beyond = fewest[int(false_alarm_rate * len(fewest))] * weights
    reached = len(draws) - np.clip(np.ceil(beyond).astype(int), 1, len(draws))
    thresholds = np.take_along_axis(draws, reached[np.newaxis], axis=0)[0]
    return thresholds, np.maximum(lower / len(fewest), 1 / len(draws))


def _weights(
    resamples: int, reference_count: int, current_count: int, seed: int
) -> Iterator[np.ndarray]:
    """Yields what each example counts in the difference of the means of two samples.

    Returns:
      float32 [resamples, reference examples], in parts.
    """
    random = np.random.default_rng(seed)
    for begin in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - begin)
        current = _drawn(random, size, current_count, reference_count)
        reference = _drawn(random, size, reference_count, reference_count)
        yield (current / current_count - reference / reference_count).astype(np.float32)


def _drawn(random: np.random.Generator, samples: int, size: int, population: int) -> np.ndarray:
    """Returns how often each of a population was drawn: [samples, population]."""
    drawn = random.integers(0, population, (samples, size))
    drawn += np.arange(samples)[:, None] * population
    return np.bincount(drawn.ravel(), minlength=samples * population).reshape(samples, population)
