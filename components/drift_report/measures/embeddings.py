"""What the model sees, as a whole."""

from collections.abc import Sequence

import numpy as np

from components.drift_report.calibration import Comparison
from components.drift_report.measures.measure import LEADING, Measure
from components.drift_report.report import Map

_FREQUENCIES = 512
_PAIRS_FOR_BANDWIDTH = 1000
_MAP_POINTS = 400


def embedding(reference: np.ndarray, current: np.ndarray, seed: int) -> Measure:
    """Compares embeddings by the maximum mean discrepancy (Gretton et al., "A Kernel Two-Sample
    Test", 2012) of a Gaussian kernel, through random Fourier features (Rahimi and Recht, "Random
    Features for Large-Scale Kernel Machines", 2007), which make it a distance of means.

    The bandwidth is the median distance of two examples of the reference.

    Args:
      reference: as `project` returns it, float32 [examples, components].
      current: likewise.
      seed: of the random features.
    """
    random = np.random.default_rng(seed)
    first, second = reference[random.integers(0, len(reference), (2, _PAIRS_FOR_BANDWIDTH))]
    median = float(np.median(np.linalg.norm(first - second, axis=1))) or 1.0
    frequencies = random.normal(size=(reference.shape[1], _FREQUENCIES)) / median

    def features(points: np.ndarray) -> np.ndarray:
        angles = (points @ frequencies).astype(np.float32)
        return np.concatenate([np.cos(angles), np.sin(angles)], axis=1) / np.sqrt(_FREQUENCIES)

    def distance(difference: np.ndarray) -> np.ndarray:
        return np.linalg.norm(difference, axis=-1)

    spread = float(np.sqrt(reference.var(axis=0).sum())) or 1.0
    moved = float(np.linalg.norm(current.mean(axis=0) - reference.mean(axis=0))) / spread
    return Measure(
        "embedding",
        "maximum mean discrepancy",
        Comparison(features(reference), features(current), distance, LEADING),
        f"the middle moved by {moved:.2f} of the reference's spread",
        _map([reference, current], random),
    )


def _map(projected: Sequence[np.ndarray], random: np.random.Generator) -> Map:
    """Lays points of both samples out in the two components that tell most of them apart."""
    together = np.concatenate(projected)
    centre = together.mean(axis=0)
    _, _, axes = np.linalg.svd(
        together[random.integers(0, len(together), _PAIRS_FOR_BANDWIDTH)] - centre,
        full_matrices=False,
    )
    shown = []
    for side in projected:
        rows = random.permutation(len(side))[:_MAP_POINTS]
        points = (side[rows] - centre) @ axes[:2].T
        if points.shape[1] < 2:
            points = np.pad(points, ((0, 0), (0, 1)))
        shown.append([(round(float(x), 3), round(float(y), 3)) for x, y in points])
    return Map(shown[0], shown[1])
