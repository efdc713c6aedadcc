"""Which names a label may have."""

import re
from collections.abc import Collection

from components.errors import InputError
from components.example_gen.splits import split_of_name
from pipeline.configuration import one_of

_MOST_BYTES = 200
"""Of a name, which may become a folder's."""
_SPAN = re.compile(r"span-\d+")
_SHOWN = 40


def check_label(label: str, known: Collection[str], may_be_new: bool) -> None:
    """Passes the name of a class.

    Args:
      label: the name.
      known: the classes there are.
      may_be_new: whether it may be another one.

    Raises:
      InputError: it is another one and may not be, or no folder can have the name.
    """
    if label in known:
        return
    if not may_be_new:
        valid = sorted(known)
        shown = (
            [*valid[:_SHOWN], f"and {len(valid) - _SHOWN} more"] if len(valid) > _SHOWN else valid
        )
        raise InputError(
            f"label {label!r}: no such class{one_of(label, shown)}; --allow-new-class takes it"
        )
    reason = _fault(label)
    if reason:
        raise InputError(f"label {label!r}: {reason}, so it cannot be the name of a new class")


def _fault(label: str) -> str:
    if not label or label != label.strip() or not label.isprintable():
        return "is empty, or has white space around it or characters that cannot be seen"
    if "/" in label or "\\" in label or label.startswith("."):
        return "has a slash, or begins with a full stop"
    if len(label.encode()) > _MOST_BYTES:
        return f"has more than {_MOST_BYTES} bytes"
    if split_of_name(label) or _SPAN.fullmatch(label):
        return "means a split or a span"
    return ""
