"""What a task says of its data: where they lie, and how they are divided."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.configuration import Configuration


class ImageData(Configuration):
    """A folder of images, one folder a class; anything may be nested below a class.

    `train`, `eval` and `test` folders above the classes are taken as ready-made splits, and the
    highest `span-N` folder above those as the newest span.
    """

    kind: Literal["image"] = "image"
    path: str = Field(min_length=1)
    """Folder, relative to the project's root or absolute."""
    source: str = ""
    """`module:function` that writes the folder where it does not exist yet."""
    max_pixels: int = Field(50_000_000, gt=0)
    """Images with more pixels are set aside without decoding them."""
    max_broken_share: float = Field(0.01, ge=0, le=1)
    """Above this share of broken files the run stops."""


class TextData(Configuration):
    """A table (CSV, TSV, JSON Lines) or a folder of texts, one folder a class, a file a text.

    Tables may lie in a folder, several together; `train`, `eval` and `test` in their names or
    folders are taken as ready-made splits, and the highest `span-N` folder as the newest span.
    """

    kind: Literal["text"] = "text"
    path: str = Field(min_length=1)
    """Table or folder, relative to the project's root or absolute."""
    source: str = ""
    """`module:function` that writes the path where it does not exist yet."""
    text_column: str = Field("text", min_length=1)
    label_column: str = Field("label", min_length=1)
    group_column: str = ""
    """Rows that share this column's value stay in one split; empty splits by the text itself."""
    max_characters: int = Field(1_000_000, gt=0)
    """Longer texts are set aside."""
    max_broken_share: float = Field(0.01, ge=0, le=1)
    """Above this share of broken rows the run stops."""


class Split(Configuration):
    """Shares of the splits in per cent, by hash of content, where none come ready-made."""

    train: int = Field(70, ge=1)
    eval: int = Field(10, ge=1)
    test: int = Field(20, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.eval + self.test
        if total != 100:
            raise ValueError(f"train + eval + test must make 100, not {total}")
        return self
