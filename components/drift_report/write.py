"""Writes a report: `drift.json` for programs, `index.html` for people."""

import os
from pathlib import Path

from components.drift_report.pages.page import render
from components.drift_report.report import Report

JSON, PAGE = "drift.json", "index.html"


def write(report: Report, folder: Path) -> None:
    """Writes both files into a folder, which is made where it is missing.

    Each is written aside and renamed, so that no one reads half of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((PAGE, render(report)), (JSON, report.to_json())):
        aside = folder / f".{name}.partial"
        aside.write_text(content, encoding="utf-8")
        os.replace(aside, folder / name)
