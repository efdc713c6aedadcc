"""Which key stands for which class."""

from collections.abc import Sequence
from string import ascii_lowercase, digits

_IN_ORDER = "123456789" + ascii_lowercase
_KEYS = digits + ascii_lowercase


def class_keys(classes: Sequence[str]) -> dict[str, str]:
    """Returns a key for each class, as far as there are any.

    A class whose name is a digit or a letter has the key of that name: nobody should press 1 for
    a picture of a 0. The others have 1 to 9, then a to z, in their order.
    """
    keys: dict[str, str] = {}
    for name in classes:
        if len(name) == 1 and name.lower() in _KEYS and name.lower() not in keys.values():
            keys[name] = name.lower()
    free = iter([key for key in _IN_ORDER if key not in keys.values()])
    for name in classes:
        if name not in keys and (key := next(free, None)):
            keys[name] = key
    return {name: keys[name] for name in classes if name in keys}
