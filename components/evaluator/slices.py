"""Divides examples into slices: by class, and by quantiles of what ingest measured of them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from components.features import LABEL, quality_features

SUFFIX = "_slice"
MOST_CLASSES = 100
"""With more, there are no slices by class: each would hold a table of all classes."""
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 10: "tenth"}


def slice_feature(feature: str) -> str:
    """Returns the feature of a prediction that names the slice by another feature."""
    return f"{feature}{SUFFIX}"


def sliced_features(kind: str, chosen: Sequence[str] | None) -> list[str]:
    """Returns the features that examples are sliced by, the label first.

    Args:
      kind: `image` or `text`.
      chosen: some of its quality features; None is all of them.
    """
    return [LABEL, *(quality_features(kind) if chosen is None else chosen)]


def quantile_slices(values: np.ndarray, quantiles: int) -> list[str] | None:
    """Returns the name of each example's slice, such as `lowest quarter, up to 0.31`.

    Equal values stay together, so that there may be fewer slices, of different sizes.

    Args:
      values: of a feature, [examples].
      quantiles: how many slices there are at most.

    Returns:
      None where all values are the same.
    """
    edges = np.unique(np.quantile(values, np.arange(1, quantiles) / quantiles, method="lower"))
    edges = edges[edges < values.max()]
    if not len(edges):
        return None
    names = _names(edges, quantiles)
    return [names[place] for place in np.searchsorted(edges, values, side="left")]


def _names(edges: np.ndarray, quantiles: int) -> list[str]:
    part = _PARTS.get(quantiles, f"{quantiles}th part") if len(edges) == quantiles - 1 else "part"
    bounds = [f"{edge:.4g}" for edge in edges]
    inner = [
        f"{_ordinal(place)} {part}, over {low} up to {high}"
        for place, (low, high) in enumerate(pairwise(bounds), 2)
    ]
    return [f"lowest {part}, up to {bounds[0]}", *inner, f"highest {part}, over {bounds[-1]}"]


def _ordinal(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")
