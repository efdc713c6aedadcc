"""What a drift report says, apart from how it was found and how it is shown.

`drift.json` is this tree as JSON; `index.html` is this tree as a page.
"""

import dataclasses
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

FORMAT = 2
"""Of `drift.json`; raised where a field changes its meaning or goes away."""

Verdict = Literal["drift", "none", "too few examples", "no reference"]


@dataclass(frozen=True)
class Side:
    """One of the two sets of examples."""

    name: str
    """Such as `span 3, which the model in service learned from`."""
    examples: int
    """All there are; of a reference, all that the model in service has not learned from."""
    examined: int
    """How many of them were looked at, drawn at random."""


@dataclass(frozen=True)
class Histogram:
    """How a number is distributed on both sides."""

    edges: Sequence[float]
    """Of the bins, evenly spaced and ascending: [bins + 1]. Values beyond are counted in the
    outermost bins."""
    reference: Sequence[float]
    """Share of the examples in each bin: [bins]."""
    current: Sequence[float]


@dataclass(frozen=True)
class Mix:
    """How examples divide into classes on both sides."""

    names: Sequence[str]
    reference: Sequence[float]
    """Share of the examples of each name."""
    current: Sequence[float]


@dataclass(frozen=True)
class Words:
    """In which share of the texts a word occurs, for the words that moved most."""

    names: Sequence[str]
    reference: Sequence[float]
    current: Sequence[float]


@dataclass(frozen=True)
class Map:
    """What the model sees, laid out in the plane in which it varies most."""

    reference: Sequence[tuple[float, float]]
    """A part of the examples."""
    current: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Finding:
    """What one test found."""

    name: str
    """Of the feature, or of what was compared: `brightness`, `label`, `words`, `embedding`."""
    statistic: str
    """Name of the distance, in words."""
    distance: float
    threshold: float
    """The distance that examples like the reference's exceed too rarely, at this sample size."""
    p_value: float
    """How often chance moves any of the tests so far, in 0..1: corrected for their number."""
    drifted: bool
    summary: str
    """What moved, in words: `mean 0.47 → 0.61`."""
    chart: Histogram | Mix | Words | Map

    @property
    def times_the_threshold(self) -> float:
        """How far it moved, in thresholds: NaN if unknown, ∞ if the threshold is 0."""
        if not math.isfinite(self.distance) or not math.isfinite(self.threshold):
            return math.nan
        if self.threshold <= 0:
            return math.inf if self.distance > 0 else 0.0
        return max(0.0, self.distance / self.threshold)


@dataclass(frozen=True)
class AccuracyEstimate:
    """How well the model in service will do on the current examples, guessed without labels."""

    reference: float
    """Accuracy on those of the reference's examples that the model has not learned from."""
    current: float
    """The guess."""
    low: float
    """Of an interval for sampling alone, 95 %."""
    high: float
    method: str
    measured: float | None
    """The truth, where the current examples have labels that the model knows."""


@dataclass(frozen=True)
class Odd:
    """One of the current examples that are least like the reference."""

    source: str
    """File or row that it came from."""
    label: str | None
    predicted: str | None
    """By the model in service."""
    probability: float | None
    """Of that class."""
    percentile: float
    """Share of the reference's examples that are more like the rest of the reference, 0..100."""
    content: bytes
    """The image's file, or the text in UTF-8; not in `drift.json`."""


@dataclass(frozen=True)
class Advice:
    """What to do."""

    action: Literal["ignore", "label", "retrain", "wait"]
    reason: str
    """In a sentence or two."""
    label_count: int | None = None
    """How many of the current examples to label, where that is the advice."""


@dataclass(frozen=True)
class Report:
    """Everything a report says."""

    task: str
    kind: Literal["image", "text"]
    created: str
    """Date and time, ISO 8601, UTC."""
    verdict: Verdict
    summary: str
    """The verdict in a sentence."""
    false_alarm_rate: float
    """Of the whole report, where nothing has drifted."""
    current: Side
    reference: Side | None = None
    model: str | None = None
    """Where the model in service lies, if there is one."""
    findings: Sequence[Finding] = ()
    """The one that moved furthest first."""
    problems: Sequence[str] = ()
    """What could not be compared, and why."""
    accuracy: AccuracyEstimate | None = None
    advice: Advice | None = None
    oddest: Sequence[Odd] = ()

    def to_json(self) -> str:
        """Returns `drift.json`."""
        content: dict[str, Any] = {"format": FORMAT} | dataclasses.asdict(self)
        for odd in content["oddest"]:
            del odd["content"]
        for finding, found in zip(content["findings"], self.findings, strict=True):
            finding["chart"]["kind"] = type(found.chart).__name__.lower()
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
