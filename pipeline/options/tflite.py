"""What a task says of the phone's model."""

from typing import Literal

from pydantic import Field

from pipeline.configuration import Configuration

TFLiteVariant = Literal["float32", "float16", "dynamic_range", "int8", "onnx", "openvino"]


class TFLite(Configuration):
    """The phone's model: its variants, and how far they may differ from the SavedModel."""

    variants: list[TFLiteVariant] = Field(
        ["float32", "float16", "dynamic_range", "int8"], min_length=1
    )
    """`onnx` and `openvino` are measured beside them, for other devices; each is an extra."""
    examples: int = Field(1000, ge=1)
    """Test examples that every variant looks at."""
    max_accuracy_drop: float = Field(0.01, gt=0, le=1)
    """How far the accuracy may lie below the SavedModel's; a variant has to show that it does
    not, on the same examples."""
    min_agreement: float = Field(0.95, ge=0, le=1)
    """Share of examples that are put into the same class."""
    prefer: Literal["size", "latency"] = "size"
    """Which of the good variants is pushed: the smallest, or the fastest."""
