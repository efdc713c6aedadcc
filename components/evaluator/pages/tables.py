"""The rows of the page's tables."""

import math
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from markupsafe import Markup

from components.evaluator.pages.charts import meter
from components.evaluator.pages.titles import METRICS, MetricTitle
from components.evaluator.report import Evaluation, Metrics
from components.pages.formats import significant

UNFOLDED = 12
"""Rows of a long table that are shown at once."""

Row = TypeVar("Row")


class Folded(NamedTuple, Generic[Row]):
    """The rows of a table."""

    shown: Sequence[Row]
    folded: Sequence[Row]
    """What unfolds on a click."""
    left_out: int


class MetricRow(NamedTuple):
    """A metric of both models."""

    title: MetricTitle
    candidate: str
    baseline: str
    ahead: str
    """Which model is better: `candidate`, `baseline`, or empty where neither is."""
    by: str
    """How much better it is."""


class ClassRow(NamedTuple):
    """The figures of a class: precision, recall, F1."""

    name: str
    examples: int
    candidate: Sequence[float]
    baseline: Sequence[float] | None
    meter: Markup
    """F1 as a bar."""


def fold(rows: Sequence[Row], most: int, unfolded: int = UNFOLDED) -> Folded[Row]:
    """Parts rows into those to show, to fold and to leave out.

    Args:
      rows: in the order of the table.
      most: how many to take at all.
      unfolded: how many to show; a few more are not worth folding.
    """
    kept = rows[:most]
    shown = len(kept) if len(kept) <= unfolded + unfolded // 3 else unfolded
    return Folded(kept[:shown], kept[shown:], len(rows) - len(kept))


def metric_rows(candidate: Metrics, baseline: Metrics | None) -> list[MetricRow]:
    """Returns the metrics that the page knows, then all others."""
    names = [name for name in METRICS if name in candidate.values]
    names += [name for name in candidate.values if name not in METRICS]
    return [_metric_row(name, candidate, baseline) for name in names]


def _metric_row(name: str, candidate: Metrics, baseline: Metrics | None) -> MetricRow:
    title = METRICS.get(name, MetricTitle(name, "", None, significant, significant))
    value = candidate.values[name]
    other = baseline.values.get(name) if baseline else None
    written = title.write(value), title.write(other)
    if title.lower_is_better is None or other is None or not math.isfinite(value - other):
        return MetricRow(title, *written, "", "")
    if written[0] == written[1]:
        return MetricRow(title, *written, "", "same")
    ahead = "candidate" if (value < other) == title.lower_is_better else "baseline"
    return MetricRow(title, *written, ahead, f"by {title.write_difference(abs(value - other))}")


def class_rows(evaluation: Evaluation) -> list[ClassRow]:
    """Returns a row for each class, the worst F1 first; classes without one come last."""
    rows = [
        _class_row(name, sum(examples), evaluation.candidate, evaluation.baseline_metrics)
        for name, examples in zip(evaluation.classes, evaluation.confusion, strict=True)
    ]
    return sorted(rows, key=_worst_first)


def _class_row(name: str, examples: int, candidate: Metrics, baseline: Metrics | None) -> ClassRow:
    figures = _figures(candidate, name)
    others = _figures(baseline, name) if baseline else None
    return ClassRow(name, examples, figures, others, meter.draw(figures[-1], others and others[-1]))


def _worst_first(row: ClassRow) -> float:
    f1 = row.candidate[-1]
    return f1 if math.isfinite(f1) else math.inf


def _figures(metrics: Metrics, name: str) -> tuple[float, float, float]:
    by_class = (metrics.precision, metrics.recall, metrics.f1)
    precision, recall, f1 = (figures.get(name, math.nan) for figures in by_class)
    return precision, recall, f1
