"""Kubernetes' notation for amounts."""

import re
from decimal import Decimal

_UNITS = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)},
}


def amount(text: str | int) -> Decimal:
    """Returns cores, bytes or pieces.

    Raises:
      ValueError: it is no quantity.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([a-zA-Z]*)", str(text))
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no quantity")
    return Decimal(found[1]) * _UNITS[found[2]]
