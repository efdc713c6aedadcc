"""Which forms of a model there are, and what each is made and run with."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType

from components.errors import InputError
from components.tflite_rewriter.formats import onnx, openvino, tensorflow_lite


@dataclass(frozen=True)
class Variant:
    """A form of a model."""

    name: str
    format: ModuleType
    """`convert` makes it, `open_model` runs it, `PACKAGES` are imported for it."""
    file: str
    """The file that opens it; others may lie beside."""
    extra: str | None = None
    """What has to be installed for it: `.[extra]`."""

    @property
    def for_phones(self) -> bool:
        """Whether it can be the phone's model."""
        return self.format is tensorflow_lite


VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        Variant("float32", tensorflow_lite, "model.tflite"),
        Variant("float16", tensorflow_lite, "model.tflite"),
        Variant("dynamic_range", tensorflow_lite, "model.tflite"),
        Variant("int8", tensorflow_lite, "model.tflite"),
        Variant("onnx", onnx, "model.onnx", "onnx"),
        Variant("openvino", openvino, "model.xml", "openvino"),
    )
}


def require(names: Sequence[str]) -> None:
    """Checks that variants can be made here.

    Raises:
      InputError: a name is unknown, none is for phones, or a variant's packages are missing.
    """
    for name in names:
        if name not in VARIANTS:
            raise InputError(f"tflite.variants: no variant {name!r}; valid: {', '.join(VARIANTS)}")
        variant = VARIANTS[name]
        missing = [package for package in variant.format.PACKAGES if find_spec(package) is None]
        if missing:
            raise InputError(
                f"tflite.variants: {name!r} needs {', '.join(missing)}, which is not installed; "
                f"`uv pip install -e '.[{variant.extra}]'` installs it"
            )
    if not any(VARIANTS[name].for_phones for name in names):
        phones = [variant.name for variant in VARIANTS.values() if variant.for_phones]
        raise InputError(
            f"tflite.variants = {list(names)} has none for phones; at least one of: "
            f"{', '.join(phones)}"
        )
