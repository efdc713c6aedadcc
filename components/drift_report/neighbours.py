"""What the distances between examples tell: near-duplicates, and examples unlike the reference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

_NEIGHBOURS = 10
_NEAR = 0.1
"""Of the median distance of two examples of the reference. On CIFAR-10 an image saved anew lies
nearer in 99 of 100 cases, and no two different images of 10,000 do."""
_PAIRS = 2000


@dataclass(frozen=True)
class Neighbours:
    """The near-duplicates among the examples of both samples, the reference's rows first."""

    near: np.ndarray
    """Whether a neighbour is a near-duplicate, bool [examples, neighbours]."""
    places: np.ndarray
    """Rows of the neighbours, int [examples, neighbours]."""

    def duplicate_share(self, chosen: np.ndarray) -> float:
        """Returns the share of chosen examples that have a near-duplicate among them.

        Args:
          chosen: bool [examples].
        """
        return float((self.near & chosen[self.places]).any(axis=1)[chosen].mean())

    def duplicate_shares_by_chance(self, size: int, parts: int, seed: int) -> np.ndarray:
        """Returns the shares in parts of both samples together: [parts].

        Args:
          size: of the parts, which are drawn without replacement.
          parts: how many.
          seed: of the draws.
        """
        # Most examples have none, and need not be looked at.
        rows = np.flatnonzero(self.near.any(axis=1))
        near, places = self.near[rows], self.places[rows]
        random = np.random.default_rng(seed)
        chosen = np.arange(len(self.near)) < size
        shares = np.zeros(parts)
        for part in range(parts if len(rows) else 0):
            random.shuffle(chosen)
            shares[part] = ((near & chosen[places]).any(axis=1) & chosen[rows]).sum() / size
        return shares


@dataclass(frozen=True)
class Neighbourhood:
    """Both samples, with their neighbours."""

    together: Neighbours
    own: np.ndarray
    """How far each of the reference's examples lies from its nearest others, [examples]."""
    oddness: np.ndarray
    """How far each current example lies from the reference's nearest, [current examples]."""

    def percentiles(self) -> np.ndarray:
        """Returns for each current example the share of the reference's examples that lie nearer
        to the rest of the reference: 0..100, [current examples]."""
        return 100 * np.searchsorted(np.sort(self.own), self.oddness) / len(self.own)

    def oddest(self, count: int) -> Sequence[int]:
        """Returns rows of the current examples least like the reference, the oddest first."""
        return np.argsort(-self.oddness, kind="stable")[:count].tolist()


def neighbourhood(reference: np.ndarray, current: np.ndarray, seed: int) -> Neighbourhood:
    """Finds the neighbours of all examples.

    Args:
      reference: as `project` returns it, float32 [examples, components], at least two examples.
      current: likewise.
      seed: of the pairs that tell what is near.
    """
    random = np.random.default_rng(seed)
    first, second = reference[random.integers(0, len(reference), (2, _PAIRS))]
    near = _NEAR * float(np.median(np.linalg.norm(first - second, axis=1)))
    distances, places = _search(np.concatenate([reference, current])).kneighbors()
    search = _search(reference)
    own, _ = search.kneighbors()
    to_reference, _ = search.kneighbors(current)
    return Neighbourhood(
        Neighbours(distances < near, places), own.mean(axis=1), to_reference.mean(axis=1)
    )


def _search(points: np.ndarray) -> NearestNeighbors:
    return NearestNeighbors(n_neighbors=min(_NEIGHBOURS, len(points) - 1)).fit(points)
