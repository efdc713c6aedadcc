"""How a number is distributed."""

import numpy as np

from components.drift_report.calibration import Comparison
from components.drift_report.measures.measure import Measure
from components.drift_report.report import Histogram

_BINS = 32
_TAILS = (0.001, 0.01, 0.99, 0.999)
_CHART_BINS = 24


def number(name: str, reference: np.ndarray, current: np.ndarray) -> Measure | None:
    """Compares a number by the distance of Anderson and Darling, over bins of both samples.

    The squared gap between the cumulative shares, weighed by its variance, averaged over the bins:
    Scholz and Stephens, "K-Sample Anderson-Darling Tests", 1987. It sees a move of the tails as
    well as one of the middle, where bins are narrow there: a few examples that are like no others.

    Args:
      name: of the feature.
      reference: float64 [examples]; NaN is missing, and a bin of its own.
      current: likewise.

    Returns:
      None where no example of the reference has the number, or all have the same one, as the
      current examples.
    """
    if not np.isfinite(reference).any():
        return None
    everything = np.concatenate([reference, current])
    if np.all(everything == everything[0]):
        return None
    finite = everything[np.isfinite(everything)]
    # Just above each quantile, so that a value that many share is a bin's last.
    shares = np.concatenate([np.linspace(0, 1, _BINS + 1)[:-1], _TAILS])
    quantiles = np.unique(np.quantile(finite, shares, method="lower"))
    edges = np.nextafter(quantiles, np.inf)
    binned = [_indicators(values, edges) for values in (reference, current)]
    cumulative = np.cumsum(np.concatenate(binned).mean(axis=0))[:-1]
    variance = np.maximum(cumulative * (1 - cumulative), 0.5 / len(everything))

    def distance(difference: np.ndarray) -> np.ndarray:
        gaps = np.cumsum(difference, axis=-1)[..., :-1]
        return np.sqrt((gaps**2 / variance).mean(axis=-1))

    return Measure(
        name,
        "Anderson-Darling distance",
        Comparison(binned[0], binned[1], distance),
        _moved(reference, current),
        _histogram(reference, current),
    )


def _indicators(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Returns in which bin each value lies, float32 [values, bins]: the last is for NaN."""
    places = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values))
    return np.eye(len(edges) + 2, dtype=np.float32)[places]


def _moved(reference: np.ndarray, current: np.ndarray) -> str:
    sides = [values[np.isfinite(values)] for values in (reference, current)]
    missing = [
        1 - len(side) / len(values)
        for side, values in zip(sides, (reference, current), strict=True)
    ]
    medians = " → ".join(f"{np.median(side):.4g}" if side.size else "none" for side in sides)
    lost = f"; missing in {missing[0]:.1%} → {missing[1]:.1%}" if any(missing) else ""
    return f"median {medians}{lost}"


def _histogram(reference: np.ndarray, current: np.ndarray) -> Histogram:
    sides = [values[np.isfinite(values)] for values in (reference, current)]
    together = np.concatenate(sides)
    # So that a few outliers don't squeeze the rest into one bin.
    low, high = np.quantile(together, [0.005, 0.995])
    if low == high:
        low, high = together.min(), together.max()
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _CHART_BINS + 1)
    shares = [np.histogram(side.clip(low, high), edges)[0] / max(1, len(side)) for side in sides]
    return Histogram(edges.tolist(), shares[0].tolist(), shares[1].tolist())
