"""Which classes are taken for which."""

from collections.abc import Sequence
from typing import NamedTuple


class Confusion(NamedTuple):
    """Examples of one class that were predicted as another."""

    label: str
    predicted: str
    count: int
    examples: int
    """Of the true class, right or wrong."""

    @property
    def share(self) -> float:
        """Of the true class's examples, in 0..1."""
        return self.count / self.examples


def most_frequent(matrix: Sequence[Sequence[int]], classes: Sequence[str]) -> list[Confusion]:
    """Returns what was confused at all, the most examples first.

    Args:
      matrix: examples by true class (rows) and predicted class (columns).
      classes: names of both.
    """
    found = [
        Confusion(classes[true], classes[predicted], count, sum(row))
        for true, row in enumerate(matrix)
        for predicted, count in enumerate(row)
        if count and true != predicted
    ]
    return sorted(found, key=lambda each: (-each.count, -each.share))
