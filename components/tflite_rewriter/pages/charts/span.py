"""Which differences of accuracy a drawing shows."""

from collections.abc import Sequence
from statistics import median_low

from components.tflite_rewriter.compare import Interval

_LEAST = 0.02
_DROPS = 5
_WIDTHS = 1.5
_ROOM = 0.06


def span(differences: Sequence[Interval], max_drop: float) -> tuple[float, float]:
    """Returns the lowest and the highest difference to show, in -1..1.

    A variant that has lost everything would press all others together, so it may lie beyond: what
    is shown is a few times the tolerance, and never less than what most intervals reach.

    Args:
      differences: from the SavedModel's accuracy.
      max_drop: the tolerance, in 0..1.
    """
    usual = median_low([max(-each.low, each.high) for each in differences]) if differences else 0.0
    reach = max(_LEAST, _DROPS * max_drop, _WIDTHS * usual)
    low = max(-reach, min((each.low for each in differences), default=0.0))
    high = min(reach, max((each.high for each in differences), default=0.0))
    low, high = min(low, -max_drop), max(high, 0.0)
    room = _ROOM * (high - low)
    return max(-1.0, low - room), min(1.0, high + room)
