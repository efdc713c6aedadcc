"""Shows how the spans of a task have drifted, from the reports of its runs."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from rich.console import Console
from rich.markup import escape

from components.artifact_names import DRIFT_REPORT
from components.errors import InputError
from components.files import write_whole
from pipeline.drift import DRIFT, NO_DRIFT
from pipeline.lineage import Lineage
from pipeline.quiet import in_quiet
from pipeline.task import Task
from pipeline.terminal import shown

if TYPE_CHECKING:
    from components.drift_report.pages.history import Entry
    from components.drift_report.report import Report

TIMELINE = "history.html"
_MOVED_SHOWN = 5


def history(task: Task) -> int:
    """Writes the timeline of the reports to `runs/<task>/drift/`, and prints a line for each.

    Returns:
      The exit code: that of the newest report.

    Raises:
      InputError: there are no reports, or ML Metadata cannot be read.
      RunFailed: anything else.
    """
    home = task.home
    lineage = Lineage.of(home)
    if lineage is None:
        raise InputError(
            f"{task.name} has not run yet, so it has no drift reports: python -m pipeline run "
            f"{task.name} makes one for each span"
        )
    page = home.drift / TIMELINE

    def work() -> "Sequence[Report]":
        from components.drift_report.pages.history import render

        entries, unreadable = _entries(lineage, page.parent)
        if not entries:
            raise InputError(
                f"{task.name} has no drift reports that can be read, and {unreadable:,} of another "
                f"version or without files: python -m pipeline run {task.name} makes a new one"
            )
        write_whole(page, render(entries, unreadable))
        return [entry.report for entry in entries]

    reports = in_quiet(home, "drift", work)
    console = Console(highlight=False, soft_wrap=True)
    for line in _lines(reports):
        console.print(line)
    console.print(f"\npage     {shown(page)}")
    return DRIFT if reports[-1].verdict == "drift" else NO_DRIFT


def _entries(lineage: Lineage, start: Path) -> "tuple[list[Entry], int]":
    """Returns the newest report of each span, oldest first, and how many cannot be read.

    Args:
      lineage: of the task.
      start: folder of the page that links to the reports.
    """
    from components.drift_report.pages.history import Entry
    from components.drift_report.read import read
    from components.drift_report.write import PAGE

    of_span = {}
    for artifact in lineage.artifacts(DRIFT_REPORT):
        # Settings or code may have changed, and the same examples been compared again.
        span = tuple(examples.id for examples in lineage.inputs(artifact, "examples"))
        of_span.pop(span, None)
        of_span[span] = artifact
    folders = [Path(artifact.uri) for artifact in of_span.values()]
    reports = [(folder, read(folder)) for folder in folders]
    entries = [
        Entry(report, quote(os.path.relpath(folder / PAGE, start)))
        for folder, report in reports
        if report
    ]
    return entries, len(reports) - len(entries)


def _lines(reports: "Sequence[Report]") -> Iterator[str]:
    """Yields a line for each report, in rich's markup."""
    from components.drift_report.titles import VERDICTS, title
    from components.pages.formats import percent

    names = [report.current.name for report in reports]
    widths = [max(map(len, names)), max(len(VERDICTS[report.verdict]) for report in reports)]
    for name, report in zip(names, reports, strict=True):
        verdict = f"{VERDICTS[report.verdict]:<{widths[1]}}"
        colour = "bold red" if report.verdict == "drift" else "green"
        moved = [title(finding) for finding in report.findings if finding.drifted]
        more = ["…"] if len(moved) > _MOVED_SHOWN else []
        said = [
            ", ".join(moved[:_MOVED_SHOWN] + more),
            f"about {percent(report.accuracy.current)} accuracy" if report.accuracy else "",
        ]
        yield (
            f"{escape(f'{name:<{widths[0]}}')}  {report.created[:10]}  "
            f"[{colour}]{verdict}[/]  {escape('; '.join(filter(None, said)))}"
        ).rstrip()
