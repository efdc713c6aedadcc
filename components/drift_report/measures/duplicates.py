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
    """Compares the share of examples that have a near-duplicate beside them in their sample.

    The more examples, the more neighbours: the usual share is that of parts of both samples
    together, drawn at random, as large as the current sample (a permutation test). Fewer than usual
    are no drift, and neither is a rise by one example in a hundred.
    """
    together = neighbourhood.together
    size = len(neighbourhood.oddness)
    share = together.duplicate_share(np.arange(len(together.near)) >= len(neighbourhood.own))
    usual = float(together.duplicate_shares_by_chance(size, _DRAWS, seed).mean())

    def rise(shares: np.ndarray | float) -> np.ndarray:
        return np.maximum(shares - usual - _TOLERATED, 0)

    def by_chance(resamples: int) -> np.ndarray:
        return rise(together.duplicate_shares_by_chance(size, resamples, seed + 1))

    return Measure(
        "near_duplicates",
        "rise of the share beyond a hundredth",
        Drawn(float(rise(share)), by_chance),
        f"{usual:.1%} → {share:.1%} of the examples",
        Mix(["near-duplicate"], [usual], [share]),
    )
