"""Writes a report: `parity.json` for programs, `index.html` for people."""

from pathlib import Path

from components.files import write_whole
from components.tflite_rewriter.pages.page import render
from components.tflite_rewriter.report import REPORT_FILE, Report

PAGE = "index.html"


def write(report: Report, folder: Path) -> None:
    """Writes both files into a folder.

    Raises:
      InputError: one of them cannot be written.
    """
    write_whole(folder / PAGE, render(report))
    write_whole(folder / REPORT_FILE, report.to_json())
