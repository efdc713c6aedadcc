"""Picks what to label: a third each of three kinds, and the rest by uncertainty.

To ask for what a model is least sure of is uncertainty sampling; of its measures this takes the
margin between the two likeliest classes (Scheffer, Decomain and Wrobel, "Active hidden Markov
models for information extraction", 2001), and to ask for what two models differ on is query by
committee (Seung, Opper and Sompolinsky, 1992). Neither asks for what a model is sure of and wrong
about because it has never seen the like, so a third is what lies far from all it knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal, NamedTuple

import numpy as np

Why = Literal["differ", "unlike", "uncertain"]
ODD_PERCENTILE = 95.0
"""A request is unlike what the model knows, if it lies farther from it than so many in a hundred
known examples do from each other."""
_PARTS = 3


@dataclass(frozen=True)
class Scores:
    """What models make of requests, a row each."""

    margins: np.ndarray
    """Between the probabilities of the two likeliest classes, [requests]."""
    oddness: np.ndarray | None = None
    """How far it lies from the nearest known examples; None: there are none."""
    percentiles: np.ndarray | None = None
    """Share of known examples that lie nearer to the others than that, 0..100."""
    differences: np.ndarray | None = None
    """Total variation distance of what stable and canary say, 0 where they say the same class;
    None: there is no canary."""


class Choice(NamedTuple):
    """A request to label."""

    row: int
    why: Why


def choose(scores: Scores, count: int, seed: int) -> list[Choice]:
    """Returns what to label, the most telling of each kind first, the kinds in turn.

    Args:
      scores: of all requests.
      count: how many to choose; fewer are, if there are fewer.
      seed: decides among equals.
    """
    total = len(scores.margins)
    luck = np.random.default_rng(seed).permutation(total)
    taken: set[int] = set()

    def best(badness: np.ndarray, fitting: np.ndarray, most: int) -> list[int]:
        """Returns rows that fit and are free, the least bad first."""
        rows = [row for row in np.lexsort((luck, badness)).tolist() if fitting[row]]
        rows = [row for row in rows if row not in taken][:most]
        taken.update(rows)
        return rows

    part = count // _PARTS
    picked: dict[Why, list[int]] = {}
    if scores.differences is not None:
        picked["differ"] = best(-scores.differences, scores.differences > 0, part)
    if scores.oddness is not None and scores.percentiles is not None:
        odd = scores.percentiles >= ODD_PERCENTILE
        picked["unlike"] = best(-scores.oddness, odd, part)
    everything = np.ones(total, bool)
    picked["uncertain"] = best(scores.margins, everything, count - len(taken))
    return _in_turn([[Choice(row, why) for row in rows] for why, rows in picked.items()])


def margins(probabilities: np.ndarray) -> np.ndarray:
    """Returns the difference between the two largest of each row.

    Args:
      probabilities: float [requests, classes], two classes or more.
    """
    largest = np.sort(probabilities, axis=1)[:, -2:]
    return largest[:, 1] - largest[:, 0]


def differences(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Returns the total variation distance of each row, 0 where both have the same largest.

    Args:
      one: float [requests, classes].
      other: likewise, its classes in the same order.
    """
    distances = np.abs(one - other).sum(axis=1) / 2
    return np.where(one.argmax(axis=1) == other.argmax(axis=1), 0.0, distances)


def _in_turn(parts: Sequence[Sequence[Choice]]) -> list[Choice]:
    return [each for each in chain.from_iterable(zip_longest(*parts)) if each is not None]
