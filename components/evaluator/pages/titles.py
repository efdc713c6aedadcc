"""What the page calls verdicts, metrics, slices and settings."""

from collections.abc import Callable
from dataclasses import dataclass

from components.evaluator.report import Slice, Verdict
from components.features import LABEL
from components.pages.formats import exact_percent, fixed, percent, points
from components.pages.templates import Sign

VERDICTS: dict[Verdict, str] = {
    "blessed": "Blessed",
    "not blessed": "Not blessed",
    "not enough data": "Not enough data",
}
SIGNS: dict[Verdict, Sign] = {
    "blessed": "fine",
    "not blessed": "alarm",
    "not enough data": "unsure",
}


def _floor(share: float) -> str:
    return exact_percent(share) if share else "nothing asked"


def _drop(share: float) -> str:
    return points(share) if share < 1 else "nothing asked"


SETTINGS: dict[str, tuple[str, Callable[[float], str]]] = {
    "min_accuracy": ("accuracy, at least", _floor),
    "max_accuracy_drop": ("below the baseline, at most", points),
    "min_slice_accuracy": ("accuracy of a slice, at least", _floor),
    "max_slice_drop": ("slice below the baseline, at most", _drop),
    "confidence": ("confidence of each bound", exact_percent),
}
"""By key: what the setting asks, and how its value is written."""


@dataclass(frozen=True)
class MetricTitle:
    """How a metric is shown."""

    title: str
    meaning: str
    lower_is_better: bool | None
    """None where it is not known."""
    write: Callable[[float | None], str]
    write_difference: Callable[[float], str]


METRICS: dict[str, MetricTitle] = {
    "accuracy": MetricTitle(
        "Accuracy", "the share of examples that it has right", False, percent, points
    ),
    "macro_f1": MetricTitle(
        "Macro F1", "the mean of the classes’ F1, each counting the same", False, percent, points
    ),
    "auc": MetricTitle(
        "AUC",
        "how often an example of a class gets more of its probability than one of another class",
        False,
        fixed(4),
        fixed(4),
    ),
    "log_loss": MetricTitle(
        "Log loss",
        "how surprised it is by the truth, in nats",
        True,
        fixed(3),
        fixed(3),
    ),
    "calibration_error": MetricTitle(
        "Calibration error",
        "how far its probabilities lie from how often it is right",
        True,
        percent,
        points,
    ),
}
"""In the order in which they are shown."""


def slice_title(part: Slice) -> str:
    """Returns what tells a slice apart: `cat`, or `brightness, lowest quarter: up to 0.31`."""
    return part.name if part.feature == LABEL else f"{part.feature}, {part.name}"
