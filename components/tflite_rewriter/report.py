"""The report on a model's TensorFlow Lite variants, and the verdict on them."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from components.tflite_rewriter.compare import Comparison


@dataclass(frozen=True)
class Variant:
    """A row of the report; what was not reached is None."""

    name: str
    seconds: float
    """Wall time of conversion and interpretation, with the start of their process."""
    bytes: int | None = None
    """Size of the file; None if it was not converted."""
    comparison: Comparison | None = None
    failure: str | None = None
    """Why it was not converted or not measured, in one line."""

    def __str__(self) -> str:
        """Returns the row in words."""
        if self.comparison is None:
            return f"{self.name}: {self.failure}"
        return (
            f"{self.name}, {(self.bytes or 0) / 1024:.0f} KiB, same class as the SavedModel on "
            f"{self.comparison.agreement:.1%}"
        )


@dataclass(frozen=True)
class Report:
    """All variants of one pushed model."""

    verdict: str
    """In words."""
    blessed: str | None = None
    """Name of the variant that is pushed."""
    pushed_version: str | None = None
    """Version of the SavedModel, and of the variant that is pushed with it."""
    min_agreement: float | None = None
    examples: int = 0
    """Number of examples on which the variants were measured."""
    accuracy: float | None = None
    """Of the SavedModel on these examples."""
    variants: tuple[Variant, ...] = ()

    @classmethod
    def of_variants(
        cls,
        variants: Sequence[Variant],
        *,
        pushed_version: str,
        min_agreement: float,
        examples: int,
        accuracy: float,
    ) -> Self:
        """Blesses the smallest variant that agrees with the SavedModel on enough examples."""
        good = [
            (v.bytes, v)
            for v in variants
            if v.bytes is not None and v.comparison and v.comparison.agreement >= min_agreement
        ]
        best = min(good, key=lambda sized: sized[0])[1] if good else None
        return cls(
            verdict=(
                f"blessed: {best} of {examples:,} examples"
                if best
                else f"not blessed: no variant agrees on {min_agreement:g} of the examples "
                f"({'; '.join(map(str, variants))})"
            ),
            blessed=best.name if best else None,
            pushed_version=pushed_version,
            min_agreement=min_agreement,
            examples=examples,
            accuracy=accuracy,
            variants=tuple(variants),
        )

    def to_json(self) -> str:
        """Returns the report as indented JSON."""
        return json.dumps(dataclasses.asdict(self), indent=2, allow_nan=False) + "\n"


MODEL_NOT_BLESSED = Report(verdict="not pushed: model not blessed")
