"""How many examples repeat others of their sample."""

import numpy as np

from components.drift_report.calibration import Drawn
from components.drift_report.measures.measure import Measure
from components.drift_report.neighbours import Neighbourhood
from components.drift_report.report import Mix

_DRAWS = 200
_TOLERATED = 0.01
"""A rise of the share that is no drift."""


def near_duplicates(neighbourhood: Neighbourhood, seed: int) -> Measure:
    """Compares the shares of examples that have a near-duplicate beside them in their sample.

    The more examples, the more neighbours: the share of the larger sample is that of parts of it
    that are as large as the other. Fewer of them than usual are no drift, and neither is a rise by
    one example in a hundred: how rare a pair is that the reference lacks, it can't tell.
    """
    reference, current = neighbourhood.reference, neighbourhood.current
    size = min(len(reference.near), len(current.near))
    usual, share = (
        float(side.duplicate_shares(size, _DRAWS, seed).mean()) for side in (reference, current)
    )

    def rise(shares: np.ndarray | float) -> np.ndarray:
        return np.maximum(shares - usual - _TOLERATED, 0)

    def by_chance(resamples: int) -> np.ndarray:
        return rise(reference.duplicate_shares(size, resamples, seed + 1))

    return Measure(
        "near_duplicates",
        "rise of the share beyond a hundredth",
        Drawn(float(rise(share)), by_chance),
        f"{usual:.1%} → {share:.1%} of the examples",
        Mix(["near-duplicate"], [usual], [share]),
    )
