"""What the processes that make and time a variant are told: a JSON file."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from components.tflite_rewriter.standardisation import Standardisation


@dataclass(frozen=True)
class Job:
    """One variant of one network; all files and folders are local."""

    variant: str
    """A key of `VARIANTS`."""
    saved_model: str
    """Folder of the network, with a signature `tflite`."""
    standardisation: Standardisation | None
    """Of images: what is put in front of the network."""
    contract: str
    """Folder of the contract: what is packed into the model."""
    inputs: str
    """`.npy`: the examples that it is measured on, [examples, ...], as the variant takes them."""
    representative: str
    """`.npy`: the training examples that set the ranges of integers, likewise."""
    model: str
    """Folder that appears with the model in it, whole or not at all."""
    answers: str
    """`.npy` that appears: probabilities [examples, classes]."""
    latencies: str
    """`.json` that appears: a list of `Latency`."""
    threads: tuple[int, ...]
    """With so many threads the model is timed, one after the other."""

    def write(self, path: str) -> None:
        """Writes the job where a process can read it."""
        Path(path).write_text(json.dumps(dataclasses.asdict(self)))

    @classmethod
    def read(cls, path: str) -> Self:
        """Reads what `write` wrote."""
        fields = json.loads(Path(path).read_text())
        standardisation = fields.pop("standardisation")
        return cls(
            **fields,
            standardisation=Standardisation(**standardisation) if standardisation else None,
        )
