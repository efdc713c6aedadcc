"""What a task says of smaller models that learn from the one that was pushed."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.configuration import Configuration
from pipeline.options.model import Model

StudentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


class Student(Configuration):
    """A smaller model that learns to answer as the one that was pushed (distillation)."""

    kind: Literal["distilled"] = "distilled"
    name: StudentName
    model: Model
    epochs: int | None = Field(None, ge=1)
    """None: as many as the training has."""
    learning_rate: float | None = Field(None, gt=0)
    """None: that of the training. All else is as there."""
    temperature: float = Field(4.0, gt=0, le=100)
    """Above 1 it learns more of the teacher's second thoughts."""
    label_weight: float = Field(0.1, ge=0, le=1)
    """Share of the labels in the loss; the rest is the teacher's."""


class Pruning(Configuration):
    """The model that was pushed, trained on while its smallest weights become zero."""

    kind: Literal["pruned"] = "pruned"
    name: StudentName = "pruned"
    sparsity: float = Field(0.8, gt=0, lt=1)
    """Share of each kernel and embedding that is zero in the end."""
    epochs: int | None = Field(None, ge=1)
    """None: half as many as the training has. Over the first half of them the zeros grow."""
    learning_rate: float | None = Field(None, gt=0)
    """None: that of the training. All else is as there."""
