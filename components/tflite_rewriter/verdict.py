"""The verdict on a model's variants, in words."""

from collections.abc import Sequence

from components.tflite_rewriter.judge import candidates, choose
from components.tflite_rewriter.report import SAVED_MODEL, SERVED, Row
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.variants import VARIANTS

_OTHER = {"size": "latency", "latency": "size"}


def verdict(rows: Sequence[Row], settings: Settings, examples: int) -> tuple[str, str | None]:
    """Returns the verdict, and the name of the row that is blessed, if one is.

    Args:
      rows: of the report, the SavedModel in service among them.
      settings: with the tolerance, and what is preferred.
      examples: that every model looked at.
    """
    best = choose(rows, settings.prefer)
    if best is None:
        tried = [row for row in rows if row.variant in VARIANTS]
        reasons = "; ".join(f"{row.name}: {row.status}, {row.reason}" for row in tried)
        return f"not blessed: no variant keeps to the tolerance ({reasons})", None
    saved_model = next(row for row in rows if (row.network, row.variant) == (SERVED, SAVED_MODEL))
    said = (
        f"blessed: {best.name}, {_kib(best)}, {best.latency_ms:.2g} ms, accuracy "
        f"{_accuracy(best)} on {examples:,} examples (SavedModel {_accuracy(saved_model)})"
    )
    other = choose(candidates(rows), _OTHER[settings.prefer])
    if other is not None and other is not best:
        said += (
            f"; prefer = {_OTHER[settings.prefer]!r} would take {other.name}, {_kib(other)}, "
            f"{other.latency_ms:.2g} ms"
        )
    return said, best.name


def _kib(row: Row) -> str:
    return f"{(row.bytes or 0) / 1024:,.0f} KiB"


def _accuracy(row: Row) -> str:
    return f"{row.comparison.accuracy.value:.4f}" if row.comparison else "unknown"
