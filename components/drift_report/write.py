"""Writes a report: `drift.json` for programs, `index.html` for people."""

from pathlib import Path

from components.drift_report.pages.page import render
from components.drift_report.report import Report
from components.files import write_whole

JSON, PAGE = "drift.json", "index.html"


def write(report: Report, folder: Path) -> None:
    """Writes both files into a folder, which is made where it is missing.

    Raises:
      InputError: one of them cannot be written.
    """
    write_whole(folder / PAGE, render(report))
    write_whole(folder / JSON, report.to_json())
