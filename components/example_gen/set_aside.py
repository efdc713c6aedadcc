"""Single examples that cannot be used; the run goes on without them, unless they are too many."""

from typing import NamedTuple


class SetAside(Exception):
    """One example cannot be used.

    The message completes the sentence "cat/1.jpg ...": it says what is wrong and, where that is
    not plain, what to do.
    """


class Rejected(NamedTuple):
    """One file or row that is no example, and why."""

    source: str
    reason: str
