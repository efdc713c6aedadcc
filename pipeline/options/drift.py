"""What a task says of drift."""

from typing import Any

from pydantic import Field

from components.drift_report.policy import Policy
from pipeline.configuration import Configuration


class Drift(Configuration):
    """How a new span is held against the one that the model in service learned from."""

    on_drift: Policy = "report"
    """`stop` fails the run before training; `retrain_only_if_drift` ends it there, and well, where
    nothing has drifted."""
    false_alarm_rate: float = Field(0.05, gt=0, le=0.5)
    """How often the whole report may say drift where there is none."""
    min_examples: int = Field(50, ge=2)
    """With fewer on either side, what has not drifted is too few to say."""
    max_examples: int = Field(10_000, ge=100)
    """Of each side, drawn at random, are looked at."""

    def settings(self, seed: int) -> dict[str, Any]:
        """Returns what a drift report has to know: the fields of `assess.Settings`.

        Args:
          seed: of what is drawn at random.
        """
        return self.model_dump(exclude={"on_drift"}) | {"seed": seed}
