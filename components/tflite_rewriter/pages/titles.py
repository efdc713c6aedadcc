"""What the page calls variants, results and settings."""

from collections.abc import Callable
from typing import Any, NamedTuple

from components.pages.formats import MINUS, UNKNOWN, exact_percent
from components.pages.templates import Sign
from components.tflite_rewriter.report import KERAS, SAVED_MODEL, SERVED, Status

_NO_BREAK = "\N{NO-BREAK SPACE}"


class VariantTitle(NamedTuple):
    """What a form of a model is called, and what it is."""

    name: str
    meaning: str


_VARIANTS = {
    KERAS: VariantTitle("Keras", "the network as it was trained"),
    SAVED_MODEL: VariantTitle("SavedModel", "what the server runs"),
    "float32": VariantTitle("float32", "the network as it is"),
    "float16": VariantTitle("float16", "weights in half precision"),
    "dynamic_range": VariantTitle("dynamic_range", "weights in 8 bits"),
    "int8": VariantTitle("int8", "integers throughout"),
    "onnx": VariantTitle("onnx", "for other runtimes, float32"),
    "openvino": VariantTitle("openvino", "for Intel’s runtime"),
}

SIGNS: dict[Status, Sign] = {
    "within": "fine",
    "not within": "alarm",
    "not enough examples": "unsure",
    "failed": "alarm",
}

PREFERRED = {"size": "smallest", "latency": "fastest"}
"""By `Settings.prefer`."""


def exact_points(difference: float) -> str:
    """Writes the size of a difference of shares that someone chose, in percentage points."""
    size = abs(100 * difference)
    return f"{size:.4g} point{'' if size == 1 else 's'}"


def signed(difference: float) -> str:
    """Writes a difference of shares in percentage points, as exactly as a row's reason tells it."""
    written = f"{abs(100 * difference):.2f}"
    if not float(written):
        return written
    return f"{'+' if difference > 0 else MINUS}{written}"


def milliseconds(value: float | None) -> str:
    """Writes a latency without its unit, with two significant digits at least."""
    if value is None:
        return UNKNOWN
    return f"{value:.2g}" if value < 100 else f"{value:,.0f}"


def _gibibytes(size: float) -> str:
    return f"{size / 2**30:.3g} GiB"


SETTINGS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "variants": ("variants", ", ".join),
    "examples": ("examples, at most", "{:,}".format),
    "max_accuracy_drop": ("accuracy lost, at most", exact_points),
    "min_agreement": ("agreement, at least", exact_percent),
    "confidence": ("confidence of each bound", exact_percent),
    "prefer": ("what is preferred", str),
    "representative_examples": ("examples for int8’s ranges", "{:,}".format),
    "seed": ("seed of these examples", str),
    "memory_bytes": ("memory of a conversion, at most", _gibibytes),
    "deadline_seconds": ("time of a conversion, at most", "{:g} s".format),
}
"""By key: what the setting is, and how its value is written."""


def variant_title(variant: str) -> VariantTitle:
    """Returns the title of a row's variant."""
    return _VARIANTS.get(variant, VariantTitle(variant, ""))


def network_title(network: str) -> str:
    """Returns what a network is called in a sentence's middle."""
    return "the model itself" if network == SERVED else f"student {network}"


def kibibytes(size: int) -> str:
    """Writes a number of bytes in one unit, so that all can be compared."""
    number = size / 1024
    return f"{number:,.0f}{_NO_BREAK}KiB" if number >= 10 else f"{number:.2g}{_NO_BREAK}KiB"
