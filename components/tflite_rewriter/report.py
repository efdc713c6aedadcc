"""What a pushed model's variants came to: `parity.json`, and what its page shows.

A row is a model that looked at the evaluation examples: the network as a Keras file, the
SavedModel, and each variant, all from the same raw images or texts.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Literal

from components.tflite_rewriter.compare import Comparison
from components.tflite_rewriter.latency import Latency

FORMAT = 1
REPORT_FILE = "parity.json"
SERVED = "served"
"""The network in service, among the networks of the rows."""
KERAS, SAVED_MODEL = "keras", "saved_model"
"""Forms of a network that are not for devices."""

Status = Literal["within", "not within", "not enough examples", "failed"]
"""Of the task's tolerance."""


@dataclass(frozen=True)
class Row:
    """A model; what was not reached is None or empty."""

    network: str
    """`SERVED`, or a student's name."""
    variant: str
    """`KERAS`, `SAVED_MODEL`, or a key of `VARIANTS`."""
    status: Status
    reason: str
    """A sentence: why it has that status."""
    comparison: Comparison | None = None
    bytes: int | None = None
    """Size of its files."""
    gzip_bytes: int | None = None
    """Their size compressed, about what a download takes."""
    latencies: tuple[Latency, ...] = ()
    """Of the network alone, on the machine of the run; only of variants, which a device runs."""
    seconds: float | None = None
    """What it took to convert it and to ask it, with the start of the process."""
    path: str | None = None
    """Its file, relative to the report; only of variants."""

    @property
    def name(self) -> str:
        """The variant, and the network where that is not the one in service."""
        return self.variant if self.network == SERVED else f"{self.network} {self.variant}"

    @property
    def latency_ms(self) -> float | None:
        """The median with one thread."""
        return next((each.median_ms for each in self.latencies if each.threads == 1), None)


@dataclass(frozen=True)
class Machine:
    """On which the latencies were measured."""

    processor: str
    cores: int
    tensorflow: str


@dataclass(frozen=True)
class Report:
    """All models of one run, and which of them is the phone's."""

    task: str
    verdict: str
    """A sentence or two."""
    blessed: str | None = None
    """Name of the row whose model is pushed."""
    pushed_version: str | None = None
    """Of the SavedModel, and of the model that is pushed with it."""
    examples: int = 0
    """Evaluation examples that every model looked at."""
    representative_examples: int = 0
    """Training examples that set the ranges of int8; 0 where there is no such variant."""
    classes: tuple[str, ...] = ()
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    """The fields of `Settings`."""
    machine: Machine | None = None
    rows: tuple[Row, ...] = ()
    """The network in service first; Keras, SavedModel, then the variants in the task's order."""
    format: int = FORMAT

    def row(self, name: str) -> Row:
        """Returns the row of a name."""
        return next(row for row in self.rows if row.name == name)

    def to_json(self) -> str:
        """Returns the report as indented JSON, with the name of each row."""
        fields = dataclasses.asdict(self)
        for row, of in zip(self.rows, fields["rows"], strict=True):
            of["name"] = row.name
        return json.dumps(fields, indent=2, allow_nan=False) + "\n"


def model_not_blessed(task: str) -> Report:
    """Returns the report on a model that was not pushed, of which nothing is made."""
    return Report(task=task, verdict="not pushed: model not blessed")
