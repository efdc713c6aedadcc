"""Converts a SavedModel into a variant and runs it, in one process that may fail.

`python -m components.tflite_rewriter.make_variant SAVED_MODEL VARIANT INPUTS MODEL ANSWERS`: reads
the examples from INPUTS (`.npy`), writes the variant to MODEL and its probabilities to ANSWERS
(`.npy`). One process for both, as most of its time is the start of TensorFlow.
"""

import os
import sys
from pathlib import Path

import numpy as np

from components.tflite_rewriter.convert import convert
from components.tflite_rewriter.interpret import interpret


def make_variant(saved_model: str, variant: str, inputs: str, model: str, answers: str) -> None:
    """Writes `model` as soon as it is converted, then `answers`: either is whole or absent."""
    _write(model, convert(saved_model, variant))
    np.save(answers, interpret(model, np.load(inputs, mmap_mode="r")))


def _write(path: str, content: bytes) -> None:
    aside = Path(f"{path}.new")
    aside.write_bytes(content)
    os.replace(aside, path)


if __name__ == "__main__":
    make_variant(*sys.argv[1:])
