"""What every part of a task is: fields that check themselves, and say in words what is wrong."""

import difflib
from collections.abc import Collection, Iterator
from typing import Any, Self

import pydantic

from components.errors import InputError


class Configuration(pydantic.BaseModel):
    """A frozen, strictly typed group of fields that refuses names it does not know."""

    model_config = pydantic.ConfigDict(frozen=True, strict=True, extra="forbid")

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except pydantic.ValidationError as error:
            complaints = "\n".join(_complaints(type(self), error))
            raise InputError(complaints) from None

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields as plain JSON values, for components, which know no task types."""
        return self.model_dump(mode="json")

    def replace(self, **fields: Any) -> Self:
        """Returns a copy with other values in these fields, checked as a new one is.

        Raises:
          InputError: a field is unknown, or the copy is not valid.
        """
        return type(self)(**{name: getattr(self, name) for name in self.model_fields_set} | fields)


def _complaints(kind: type[pydantic.BaseModel], error: pydantic.ValidationError) -> Iterator[str]:
    """Turns pydantic's findings into lines of `Type.field = value: what is valid`."""
    for finding in error.errors(include_url=False):
        field = ".".join(str(part) for part in finding["loc"])
        where = f"{kind.__name__}.{field}" if field else kind.__name__
        if finding["type"] == "extra_forbidden":
            yield f"{where}: no such field{one_of(field, kind.model_fields)}"
        elif finding["type"] == "missing":
            yield f"{where}: this field is required"
        else:
            message = finding["msg"].removeprefix("Value error, ")
            value = "" if not field else f" = {finding['input']!r}"
            yield f"{where}{value}: {message}"


def one_of(name: str, valid: Collection[str]) -> str:
    """Returns words that name the valid ones, and the one that was probably meant."""
    close = difflib.get_close_matches(name, list(valid), n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{hint} (valid: {', '.join(valid) or 'none'})"
