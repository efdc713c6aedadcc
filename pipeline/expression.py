"""Configurations as the Python source that makes them."""

import pydantic

LINE_LENGTH = 100


def expression(value: object, indent: str = "", before: int = 0) -> str:
    """Returns the Python expression that makes a value, formatted as ruff would.

    Args:
      value: a configuration, of which the fields that were set are given, or a plain value.
      indent: of the line it begins on.
      before: characters that stand before it on that line.
    """
    inner = f"{indent}    "
    if isinstance(value, pydantic.BaseModel):
        begin, end = f"{type(value).__name__}(", ")"
        fields = [field for field in type(value).model_fields if field in value.model_fields_set]
        named = [(f"{field}=", getattr(value, field)) for field in fields]
    elif isinstance(value, dict):
        begin, end = "{", "}"
        named = [(f"{expression(key)}: ", item) for key, item in value.items()]
    else:
        return _quoted(value) if isinstance(value, str) else repr(value)
    parts = [f"{name}{expression(item, inner, len(inner) + len(name))}" for name, item in named]
    line = f"{begin}{', '.join(parts)}{end}"
    # One character for the comma or nothing that follows.
    if before + len(line) < LINE_LENGTH and "\n" not in line:
        return line
    return "\n".join((begin, *(f"{inner}{part}," for part in parts), f"{indent}{end}"))


def _quoted(text: str) -> str:
    """Returns a literal with double quotes, unless it holds some."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if "'" not in text and '"' not in text else literal
