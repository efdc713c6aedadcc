"""What a task says of what its model sees."""

from typing import Literal

from pydantic import Field

from pipeline.configuration import Configuration


class ImageFeatures(Configuration):
    """What the model sees of an image: a float tensor of height × width × channels."""

    height: int = Field(32, ge=4, le=2048)
    width: int = Field(32, ge=4, le=2048)
    channels: Literal[1, 3] = 3
    keep_aspect: bool = False
    """Pad to the size instead of stretching to it."""


class TextFeatures(Configuration):
    """What the model sees of a text: token ids, cut or padded to a length."""

    length: int = Field(200, ge=1, le=100_000)
    """Tokens a text."""
    keep: Literal["start", "both_ends", "end"] = "start"
    """What is left of longer texts; `both_ends` is half from the start and half from the end."""
    vocabulary_size: int = Field(20_000, ge=10, le=5_000_000)
    lowercase: bool = True
