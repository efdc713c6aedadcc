"""What a model for devices takes and answers, and how a raw image or text becomes what it takes.

The contract travels with the model: `model.json` is this, `labels.txt` names the classes,
`vocabulary.txt` the tokens of a text, and the generated README says it in words and in code.
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

FORMAT = 1
CONTRACT_FILE = "model.json"
LABELS_FILE = "labels.txt"
VOCABULARY_FILE = "vocabulary.txt"


@dataclass(frozen=True)
class Tensor:
    """What goes in, or comes out, for one example."""

    name: str
    """In the model's signature `tflite`."""
    shape: tuple[int, ...]
    """With the batch of 1 in front."""
    dtype: str
    """`float32` or `int32`."""
    low: float
    """The smallest value that there is."""
    high: float


@dataclass(frozen=True)
class Contract:
    """Tensors and preprocessing of all variants of a model."""

    task: str
    kind: Literal["image", "text"]
    classes: tuple[str, ...]
    """In the order of the probabilities."""
    input: Tensor
    output: Tensor
    preprocessing: dict[str, Any]
    """In numbers: the fields of `Pixels` or `Tokens`."""
    steps: tuple[str, ...]
    """In words: what makes the input of a raw image or text, in this order."""
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Writes `model.json` and `labels.txt`."""
        (folder / CONTRACT_FILE).write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n")
        (folder / LABELS_FILE).write_text("".join(f"{name}\n" for name in self.classes))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Reads what `write` wrote."""
        fields = json.loads((folder / CONTRACT_FILE).read_text())
        tensors = {name: Tensor(**fields[name]) for name in ("input", "output")}
        return cls(**{**fields, **tensors})

    def files(self, folder: Path) -> list[Path]:
        """Returns the files of the contract that there are."""
        names = (CONTRACT_FILE, LABELS_FILE, VOCABULARY_FILE)
        return [folder / name for name in names if (folder / name).exists()]
