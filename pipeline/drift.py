"""Compares examples with others outside of a run, and says what came of it."""

import datetime
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from components.example_gen.examples_at import ExamplesAt, find_examples
from pipeline.home import Home
from pipeline.quiet import in_quiet
from pipeline.task import Task
from pipeline.terminal import shown

if TYPE_CHECKING:
    from components.drift_report.report import AccuracyEstimate, Finding, Report
    from pipeline.in_service import InService
    from pipeline.sides import Side

NO_DRIFT, DRIFT = 0, 3
CURRENT, REFERENCE = "--current", "--reference"
_FINDINGS_SHOWN = 10
_PROBLEMS_SHOWN = 10
_TITLE_WIDTH = 40


def drift(task: Task, current: str, reference: str | None, output: Path | None) -> int:
    """Writes a drift report, and prints what it says.

    Args:
      task: whose kind of data and settings hold.
      current: folder or file of the examples in question.
      reference: likewise, of what to compare them with; None is what the model in service was
        evaluated on.
      output: folder of the report; None is a new one in `runs/<task>/drift/`.

    Returns:
      The exit code.

    Raises:
      InputError: something that the user can mend.
      RunFailed: anything else.
    """
    home = task.home
    paths = {CURRENT: current} | ({REFERENCE: reference} if reference else {})
    # Before anything heavy is imported.
    found = {option: _find(option, path, task.data.kind) for option, path in paths.items()}
    folder = output or home.drift / _new_name()

    def work() -> "Report":
        from components.drift_report.write import write

        report = _compared(task, home, paths, found)
        write(report, folder)
        return report

    report = in_quiet(home, "drift", work)
    console = Console(highlight=False, soft_wrap=True)
    for line in _lines(report, folder):
        console.print(line)
    return DRIFT if report.verdict == "drift" else NO_DRIFT


def _find(option: str, path: str, kind: str) -> ExamplesAt:
    try:
        return find_examples(path, kind)
    except InputError as error:
        raise InputError(str(error).replace("data.path", option)) from None


def _new_name() -> str:
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H-%M-%SZ}-{os.getpid()}"


def _compared(
    task: Task, home: Home, paths: Mapping[str, str], found: Mapping[str, ExamplesAt]
) -> "Report":
    from components.drift_report.assess import Settings, assess
    from components.drift_report.model_view import ModelView
    from pipeline.in_service import in_service
    from pipeline.sides import PathSide, draw_sides

    settings = Settings(**task.drift.settings(task.seed))
    data = task.data.to_dict()
    sides = {option: PathSide(option, paths[option], found[option], data) for option in paths}
    service = in_service(home)
    learned = service.examples if service.model else None
    reference, current, reason = draw_sides(
        sides.get(REFERENCE) or _of_a_run(task, service), sides[CURRENT], learned, settings
    )
    reason = reason or service.problem
    model = None if reason else ModelView(str(service.model))
    report = assess(task.name, task.data.kind, reference.named, current.named, model, settings)
    problems = [*reference.problems, *current.problems, *report.problems]
    if reason:
        problems.insert(0, f"model in service: not asked, as {reason}; a fixed view stands in")
    return replace(report, problems=problems)


def _of_a_run(task: Task, service: "InService") -> "Side":
    from pipeline.sides import RunSide

    if service.examples is None:
        raise InputError(
            f"{REFERENCE}: missing, and no run of {task.name} has examples to take its place; name "
            "a folder or a file to compare with, or run the task first"
        )
    whose = "which the model in service learned from" if service.model else "the newest of the runs"
    return RunSide(f"span {service.examples.span}, {whose}", service.examples)


def _lines(report: "Report", folder: Path) -> Iterator[str]:
    """Yields what the terminal shows, in rich's markup."""
    from components.drift_report.titles import VERDICTS
    from components.drift_report.write import PAGE

    colour = "red" if report.verdict == "drift" else "green"
    yield f"[bold {colour}]{VERDICTS[report.verdict].upper()}[/]  {report.task}"
    yield f"  {escape(report.summary)}"
    drifted = [finding for finding in report.findings if finding.drifted]
    if drifted:
        yield ""
        yield from _table(drifted)
    yield ""
    if report.accuracy:
        yield f"accuracy {_accuracy(report.accuracy)}"
    if report.advice:
        yield f"advice   {report.advice.action}: {escape(report.advice.reason)}"
    for problem in report.problems[:_PROBLEMS_SHOWN]:
        yield f"note     {escape(problem)}"
    yield f"page     {shown(folder / PAGE)}"


def _table(findings: "list[Finding]") -> Iterator[str]:
    from components.drift_report.titles import title
    from components.pages.formats import p_value, shorten, significant

    rows = [
        (
            shorten(title(finding), _TITLE_WIDTH),
            significant(finding.distance),
            significant(finding.threshold),
            p_value(finding.p_value),
            finding.summary,
        )
        for finding in findings[:_FINDINGS_SHOWN]
    ]
    width = max(len("moved"), *(len(row[0]) for row in rows))
    yield f"[dim]{'moved':<{width}}  {'distance':>9}  {'threshold':>9}  {'p':>7}[/]"
    for name, distance, threshold, p, summary in rows:
        figures = f"{distance:>9}  {threshold:>9}  {p:>7}"
        yield f"{escape(f'{name:<{width}}')}  {figures}  [dim]{escape(summary)}[/]"
    if len(findings) > len(rows):
        yield f"[dim]and {len(findings) - len(rows)} more, on the page[/]"


def _accuracy(accuracy: "AccuracyEstimate") -> str:
    from components.pages.formats import percent

    line = (
        f"about {percent(accuracy.current)} expected ({percent(accuracy.low)} to "
        f"{percent(accuracy.high)}; an estimate), {percent(accuracy.reference)} on the reference"
    )
    if accuracy.measured is not None:
        line += f"; measured on its labels: {percent(accuracy.measured)}"
    return line
