"""How examples divide into classes."""

from collections.abc import Sequence

import numpy as np

from components.drift_report.calibration import Comparison
from components.drift_report.measures.measure import LEADING, Measure
from components.drift_report.report import Mix


def mix(
    name: str,
    names: Sequence[str],
    reference: np.ndarray,
    current: np.ndarray,
    weight: float = 1.0,
) -> Measure | None:
    """Compares shares of classes by the chi-square distance: each weighed by its own variance.

    Args:
      name: of what is compared.
      names: of the classes.
      reference: float32 [examples, classes], indicators or probabilities.
      current: likewise.
      weight: of the comparison.

    Returns:
      None where there are fewer than two classes.
    """
    if len(names) < 2:
        return None
    # Of both together: where the reference is small, its own is too often far from the truth.
    together = np.concatenate([reference, current])
    variance = np.maximum(together.var(axis=0), 0.5 / len(together))
    shares = reference.mean(axis=0), current.mean(axis=0)
    most = int(np.argmax(np.abs(shares[1] - shares[0])))

    def distance(difference: np.ndarray) -> np.ndarray:
        return np.sqrt((difference**2 / variance).mean(axis=-1))

    return Measure(
        name,
        "chi-square distance",
        Comparison(reference.astype(np.float32), current.astype(np.float32), distance, weight),
        f"{names[most]} {shares[0][most]:.1%} → {shares[1][most]:.1%}",
        Mix(list(names), shares[0].tolist(), shares[1].tolist()),
    )


def labels(name: str, reference: Sequence[str], current: Sequence[str]) -> Measure | None:
    """Compares the mix of labels, one a row."""
    names = sorted({*reference, *current})
    columns = [
        (np.array(side, dtype=object)[:, None] == np.array(names, dtype=object)).astype(np.float32)
        for side in (reference, current)
    ]
    return mix(name, names, *columns, LEADING)
