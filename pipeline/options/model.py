"""What a task says of its model."""

from typing import Any, Self

from pydantic import model_validator

from components.trainer.models import architectures
from pipeline.configuration import Configuration, one_of


class Model(Configuration):
    """An architecture of `components/trainer/models/`, by its file's name, and its options."""

    name: str
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = architectures()
        if self.name not in known:
            raise ValueError(f"name: no model is called {self.name!r}{one_of(self.name, known)}")
        valid = known[self.name].options
        for option in self.options:
            if option not in valid:
                raise ValueError(
                    f"options: {self.name} has no option {option!r}{one_of(option, valid)}"
                )
        return self
