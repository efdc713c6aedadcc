"""What an evaluation came to: the verdict, and the numbers and examples that it rests on.

`gate.json` is this, and so is the page.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Literal, Self

FORMAT = 1
Verdict = Literal["blessed", "not blessed", "not enough data"]


@dataclass(frozen=True)
class Interval:
    """A share or a difference of shares, and bounds of it, each of which holds with the task's
    confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """A model, and the one in service where there is one, on the same examples."""

    examples: int
    accuracy: Interval
    """Of the candidate, in 0..1."""
    baseline_accuracy: float | None
    difference: Interval | None
    """Candidate minus baseline, in -1..1."""
    only_candidate_right: int
    only_baseline_right: int
    """Examples that one of the two has right, and the other wrong; 0 without a baseline."""


@dataclass(frozen=True)
class Slice:
    """Some of the examples, such as a class or the darkest quarter."""

    feature: str
    """What they share: `label`, or a quality feature such as `brightness`."""
    name: str
    """Which of its values: a class, or `lowest quarter: up to 0.31`."""
    comparison: Comparison
    p_value: float | None
    """How often chance alone would leave a slice that is not worse than allowed as far behind, the
    number of slices taken into account; None where nothing is asked of slices, or of this one."""
    fault: str | None
    """Why the slice blocks the model, a sentence; None where it doesn't."""


@dataclass(frozen=True)
class Decision:
    """The gate's verdict."""

    verdict: Verdict
    reason: str
    """One sentence with the numbers that decide."""
    faults: tuple[str, ...]
    """All that keeps the model from being blessed, a sentence each; empty where it is blessed."""
    overall: Comparison
    slices: tuple[Slice, ...]
    """Worst first."""
    examples_needed: int | None
    """With which an equally good model would nearly always be blessed; None without a baseline."""


@dataclass(frozen=True)
class Metrics:
    """What TFMA measured of one model on all examples."""

    values: dict[str, float]
    """By name: `accuracy`, `macro_f1`, `auc`, `log_loss`, `calibration_error`."""
    precision: dict[str, float]
    """By class; NaN where nothing was predicted as it."""
    recall: dict[str, float]
    f1: dict[str, float]


@dataclass(frozen=True)
class CalibrationBin:
    """Examples whose highest probability lies in a range."""

    low: float
    high: float
    examples: int
    confidence: float
    """The mean of it."""
    accuracy: float


@dataclass(frozen=True)
class Mistake:
    """An example that the candidate has wrong."""

    source: str
    """Path of the file, or table and row."""
    label: str
    predicted: str
    probability: float
    """Of what was predicted."""
    baseline_predicted: str | None
    image: str | None
    """`data:` address of a picture; None for texts."""
    heat: str | None
    """`data:` address of the same picture with what the prediction rests on marked; None for texts,
    and where it can't be told."""
    words: tuple[tuple[str, float], ...]
    """A text, word by word, with what leaving the word out takes from the probability of what was
    predicted, in -1..1; empty for images."""


@dataclass(frozen=True)
class Evaluation:
    """All that the page of an evaluation shows."""

    task: str
    kind: Literal["image", "text"]
    classes: tuple[str, ...]
    settings: dict[str, Any]
    """Of the gate: floors, margins, confidence."""
    baseline: str | None
    """What the candidate is compared with, such as `version 1763801234, in service`."""
    decision: Decision
    candidate: Metrics
    baseline_metrics: Metrics | None
    confusion: tuple[tuple[int, ...], ...]
    """Examples by true class (rows) and predicted class (columns), of the candidate."""
    calibration: tuple[CalibrationBin, ...]
    mistakes: tuple[Mistake, ...]
    """The most confident first."""
    wrong: int
    """How many mistakes there are altogether."""
    curves: str | None
    """The learning curves as `<svg>`."""
    tensorboard: str | None
    """The folder that TensorBoard reads."""
    format: int = FORMAT

    def to_json(self) -> str:
        """Returns it as indented JSON; what is not a finite number becomes null."""
        return json.dumps(_finite(dataclasses.asdict(self)), indent=2, allow_nan=False) + "\n"

    def without_examples(self) -> Self:
        """Returns it without pictures, texts and curves."""
        bare = [dataclasses.replace(m, image=None, heat=None, words=()) for m in self.mistakes]
        return dataclasses.replace(self, mistakes=tuple(bare), curves=None)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value
