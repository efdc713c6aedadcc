"""What a task says of the search for better values of its fields."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from pipeline.configuration import Configuration

_UNTUNED = {
    "training.epochs": "Tuning.epochs says how long a trial is",
    "training.warm_start": "it changes the pipeline, not the training alone",
    "training.cache_gib": "it changes how fast a training is, not what it learns",
}


class Choice(Configuration):
    """One of some values, each as likely."""

    kind: Literal["choice"] = "choice"
    values: list[Any] = Field(min_length=1)

    def __init__(self, values: list[Any]) -> None:
        super().__init__(values=values)

    @property
    def ends(self) -> list[Any]:
        """The values that stand for all."""
        return self.values


class Range(Configuration):
    """Any number between two, each as likely."""

    kind: Literal["range"] = "range"
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)

    def __init__(self, low: float, high: float) -> None:
        super().__init__(low=low, high=high)

    @property
    def ends(self) -> list[Any]:
        """The values that stand for all."""
        return [self.low, self.high]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low = {self.low} must be less than high = {self.high}")
        return self


class LogRange(Range):
    """Any number between two, each power of ten as likely."""

    kind: Literal["log_range"] = "log_range"
    low: float = Field(gt=0)


class IntRange(Range):
    """Any whole number between two, which are among them, each as likely."""

    kind: Literal["int_range"] = "int_range"
    low: int
    high: int


class Tuning(Configuration):
    """A search for better values of some fields, before the training that uses the best of them."""

    fields: dict[
        str, Annotated[Choice | Range | LogRange | IntRange, Field(discriminator="kind")]
    ] = Field(min_length=1)
    """What to try, by the field: `training.learning_rate`, `training.augmentation.shift`,
    `model.options.width`."""
    algorithm: Literal["random", "bayesian", "hyperband"] = "random"
    """`bayesian` learns from earlier trials; `hyperband` trains many for few epochs, and the best
    of them for more."""
    trials: int | None = Field(None, ge=1)
    """None: 10. How many Hyperband makes, follows from the epochs."""
    epochs: int | None = Field(None, ge=1)
    """Of a trial, with Hyperband of the longest; None: as many as the training has."""
    objective: Literal["eval_accuracy", "eval_loss"] = "eval_accuracy"

    @field_validator("fields", mode="before")
    @classmethod
    def _bounded(cls, fields: Any) -> Any:
        for field, bounds in fields.items() if isinstance(fields, dict) else ():
            if not isinstance(bounds, Choice | Range):
                raise ValueError(
                    f"{field!r} is {bounds!r}; valid: Choice([...]), Range(low, high), "
                    f"LogRange(low, high), IntRange(low, high)"
                )
        return fields

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for field in self.fields:
            if not field.startswith(("training.", "model.options.")):
                raise ValueError(
                    f"fields: {field!r} can't be tuned; valid: 'training.' and a field of "
                    f"Training, 'model.options.' and an option of the model"
                )
            if field in _UNTUNED:
                raise ValueError(f"fields: {field!r} can't be tuned: {_UNTUNED[field]}")
        if self.objective == "eval_loss" and "training.label_smoothing" in self.fields:
            raise ValueError(
                "objective = 'eval_loss' can't compare values of training.label_smoothing, which "
                "changes the loss itself; valid: 'eval_accuracy'"
            )
        if self.algorithm == "hyperband" and self.trials is not None:
            raise ValueError(
                f"trials = {self.trials} is not for 'hyperband': its trials follow from the epochs"
            )
        return self
