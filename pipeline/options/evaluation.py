"""What a task says of how good a model must be."""

from typing import Literal

from pydantic import Field

from pipeline.configuration import Configuration

Metric = Literal["macro_f1", "auc", "log_loss", "calibration_error"]


class Evaluation(Configuration):
    """What a model must reach to be blessed, and what is shown of it."""

    min_accuracy: float = Field(0.5, ge=0, le=1)
    max_accuracy_drop: float = Field(0.015, gt=0, le=1)
    """How far the accuracy may lie below that of the model in service. A new model has to show, on
    the same test examples, that it does not; the fewer there are, the larger this has to be."""
    confidence: float = Field(0.95, ge=0.5, lt=1)
    """Of what it has to show."""
    min_slice_accuracy: float = Field(0.0, ge=0, le=1)
    """A slice whose accuracy is surely below blocks the model; 0 asks for nothing."""
    max_slice_drop: float = Field(0.05, ge=0, le=1)
    """A slice that is surely further below the model in service blocks the new one."""
    slices: list[str] | None = None
    """Quality features by whose quantiles the examples are divided, beside their classes; None is
    all that ingest measures."""
    quantiles: int = Field(4, ge=2, le=20)
    """Slices of a quality feature."""
    limits: dict[Metric, float] = {}
    """What other metrics must reach: at least, or at most for log_loss and calibration_error."""
    max_losses: dict[Metric, float] = {}
    """How much worse other metrics may be than those of the model in service."""
    mistakes: int = Field(24, ge=0, le=200)
    """Examples that the page of the evaluation shows, the most confident mistakes."""

    @property
    def gate_settings(self) -> dict[str, float]:
        """What the gate that blesses has to know: the fields of `rule.Settings`."""
        return self.model_dump(
            include={
                "min_accuracy",
                "max_accuracy_drop",
                "min_slice_accuracy",
                "max_slice_drop",
                "confidence",
            }
        )
