"""Numbers and dates in words, for charts and text alike. What is not finite reads as a dash."""

import math
from collections.abc import Callable
from datetime import datetime
from functools import wraps

UNKNOWN = "–"
MINUS = "\N{MINUS SIGN}"
_LARGEST_PLAIN = 1e6
_SMALLEST_PLAIN = 1e-4


def _or_unknown(write: Callable[[float], str]) -> Callable[[float | None], str]:
    @wraps(write)
    def checked(value: float | None) -> str:
        return UNKNOWN if value is None or not math.isfinite(value) else write(value)

    return checked


@_or_unknown
def percent(share: float) -> str:
    """Writes a share in 0..1 as a percentage with one decimal."""
    return _percent(share, 1)


@_or_unknown
def round_percent(share: float) -> str:
    """Writes a share in 0..1 as a percentage without decimals."""
    return _percent(share, 0)


@_or_unknown
def exact_percent(share: float) -> str:
    """Writes a share that someone chose, in 0..1, with the decimals that it has."""
    return f"{100 * share:.4g}%"


def _percent(share: float, decimals: int) -> str:
    written = f"{100 * share:.{decimals}f}"
    smallest = 10.0**-decimals
    # What is neither none nor all doesn't read as if it were.
    if share > 0 and not float(written):
        return f"<{smallest:g}%"
    if share < 1 and float(written) == 100:
        return f">{100 - smallest:g}%"
    return f"{written}%"


@_or_unknown
def points(difference: float) -> str:
    """Writes the size of a difference of shares in percentage points."""
    rounded = round(abs(100 * difference), 1)
    return f"{rounded:g} point{'' if rounded == 1 else 's'}"


@_or_unknown
def signed(difference: float) -> str:
    """Writes a difference of shares in percentage points with its sign, such as `+0.8`."""
    written = f"{abs(100 * difference):.1f}"
    if not float(written):
        return written
    return f"{'+' if difference > 0 else MINUS}{written}"


@_or_unknown
def significant(value: float) -> str:
    """Writes three significant digits, with separators of thousands."""
    size = abs(value)
    if size and not _SMALLEST_PLAIN <= size < _LARGEST_PLAIN:
        return f"{value:.2e}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"


def fixed(decimals: int) -> Callable[[float | None], str]:
    """Returns a function that writes numbers with so many decimals."""
    return _or_unknown(lambda value: f"{value:.{decimals}f}")


@_or_unknown
def times(ratio: float) -> str:
    """Writes a factor, such as `6.3×`."""
    return f"{ratio:.0f}×" if ratio >= 10 else f"{ratio:.1f}×"


@_or_unknown
def p_value(p: float) -> str:
    """Writes a probability by chance, such as `0.034` or `< 0.001`."""
    if p < 0.001:
        return "< 0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def tick(value: float, step: float) -> str:
    """Writes one of an axis's ticks that lie a finite `step` > 0 apart."""
    if _LARGEST_PLAIN <= abs(value) < 1e9:
        return f"{value / 1e6:.6g}M"
    if abs(value) >= 1e9 or step < _SMALLEST_PLAIN:
        return f"{value:.3g}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{decimals}f}"


def shorten(text: str, length: int) -> str:
    """Cuts a text to a number of characters, of which the last is an ellipsis if it was longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def date(created: str) -> str:
    """Writes a date and time, ISO 8601 in UTC, such as `12 March 2025, 14:03 UTC`."""
    moment = datetime.fromisoformat(created)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def day(created: str) -> str:
    """Writes the date of a moment, likewise, such as `12 Mar 2025`."""
    moment = datetime.fromisoformat(created)
    return f"{moment.day} {moment:%b %Y}"
