"""A training in parts: each with its own trainable weights and learning rate.

Most models have one. A model file that needs more, such as `models/transfer.py`, offers a function
`phases(model, **options)` beside `build`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """A part of a training. The model has to be compiled anew after `prepare`."""

    name: str
    epochs: float
    """Share of the task's epochs; the shares of all phases make 1."""
    learning_rate: float
    """Factor on the task's learning rate."""
    prepare: Callable[[], None]
    """Sets what is trainable."""


WHOLE = Phase("all", 1.0, 1.0, lambda: None)
"""The only phase of a model that has no others."""


def schedule(phases: Sequence[Phase], epochs: int) -> Iterator[tuple[Phase, int, int]]:
    """Yields each phase with its first epoch and the one after its last, counted from 0.

    A phase that is too short for a whole epoch is left out; the last one has at least one.

    Args:
      phases: in order.
      epochs: of the whole training, at least 1.
    """
    begin, share = 0, 0.0
    for phase in phases:
        share += phase.epochs
        end = epochs if phase is phases[-1] else min(round(share * epochs), epochs - 1)
        if end > begin:
            yield phase, begin, end
        begin = end
