"""How a model's variants are made, measured and judged."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """The task's wishes, and limits of the machine."""

    examples: int
    """Evaluation examples that every model looks at; all where there are fewer."""
    variants: tuple[str, ...]
    """Keys of `VARIANTS`."""
    max_accuracy_drop: float
    """How far the accuracy may lie below the SavedModel's, in 0..1."""
    min_agreement: float
    """Share of examples that have to be put into the same class as by the SavedModel."""
    prefer: Literal["size", "latency"] = "size"
    """Whether the smallest or the fastest of the good variants is blessed."""
    confidence: float = 0.95
    """With which a variant has to show that it keeps to `max_accuracy_drop`."""
    seed: int = 1
    """Of the representative examples."""
    representative_examples: int = 200
    """Training examples, as many of each class, that set the ranges of int8."""
    memory_bytes: int = 12 * 2**30
    """Limit of each process; never more than its share of the machine's memory."""
    deadline_seconds: float = 600.0
    """Limit of each process."""
