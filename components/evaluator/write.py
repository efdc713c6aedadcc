"""Writes an evaluation: `gate.json` for programs, `index.html` for people."""

from pathlib import Path

from components.evaluator.pages.page import render
from components.evaluator.report import Evaluation
from components.files import write_whole

JSON, PAGE = "gate.json", "index.html"


def write(evaluation: Evaluation, folder: Path) -> None:
    """Writes both files into a folder, which is made where it is missing.

    Raises:
      InputError: one of them cannot be written.
    """
    write_whole(folder / PAGE, render(evaluation))
    write_whole(folder / JSON, evaluation.without_examples().to_json())
