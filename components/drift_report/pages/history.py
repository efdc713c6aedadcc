"""All drift reports of a task as one HTML file: what moved when, and how well the model did."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from components.drift_report.pages.charts import timeline
from components.drift_report.pages.charts.timeline import Distance
from components.drift_report.pages.templates import SIGNS, TEMPLATES
from components.drift_report.report import Finding, Report
from components.drift_report.titles import VERDICTS, title
from components.pages.formats import day, percent, times

TEMPLATE = "history.html.j2"
MAX_REPORTS = 100
"""The newest ones are shown."""
MAX_CHARTS = 40
_MOVED_SHOWN = 6


class Entry(NamedTuple):
    """A report, and where its page is."""

    report: Report
    link: str
    """Address of the page, relative to the history's."""


class Shown(NamedTuple):
    """A report in the table."""

    name: str
    report: Report
    link: str
    moved: Sequence[str]
    """Titles of what has drifted, the furthest first."""
    more: int
    """How many titles were left out."""


class Drawn(NamedTuple):
    """What was compared in the reports, as a chart."""

    title: str
    summary: str
    svg: Markup


def render(entries: Sequence[Entry], unreadable: int) -> str:
    """Returns the page, which can be written in UTF-8.

    Args:
      entries: of one task, at least one, oldest first.
      unreadable: how many reports could not be read.
    """
    reports = [entry.report for entry in entries[-MAX_REPORTS:]]
    names = _names(reports)
    charts = _charts(names, reports)
    newest = reports[-1]
    drifted = sum(report.verdict == "drift" for report in reports)
    return TEMPLATES.fill(
        TEMPLATE,
        task=newest.task,
        newest=newest,
        name=names[-1],
        verdict=VERDICTS[newest.verdict],
        sign=SIGNS[newest.verdict],
        verdicts=VERDICTS,
        signs_of=SIGNS,
        first=reports[0].created,
        drifted=drifted,
        rows=[_row(name, entry) for name, entry in zip(names, entries[-MAX_REPORTS:], strict=True)][
            ::-1
        ],
        left_out=len(entries) - len(reports),
        unreadable=unreadable,
        charts=charts[:MAX_CHARTS],
        more_charts=max(0, len(charts) - MAX_CHARTS),
        accuracy=timeline.accuracies(
            names, [report.accuracy for report in reports], _accuracy_in_words(names, reports)
        ),
    )


def _names(reports: Sequence[Report]) -> list[str]:
    """Returns the spans' names, or dates where they would not tell the reports apart."""
    names = [report.current.name for report in reports]
    if len(set(names)) == len(names):
        return names
    return [day(report.created) for report in reports]


def _row(name: str, entry: Entry) -> Shown:
    moved = [title(finding) for finding in entry.report.findings if finding.drifted]
    shown = moved[:_MOVED_SHOWN]
    return Shown(name, entry.report, entry.link, shown, len(moved) - len(shown))


def _charts(names: Sequence[str], reports: Sequence[Report]) -> list[Drawn]:
    """Draws what was compared, what has moved furthest in any report first."""
    found: dict[str, dict[int, Finding]] = {}
    for place, report in enumerate(reports):
        for finding in report.findings:
            found.setdefault(title(finding), {})[place] = finding
    furthest = {name: max(map(_ratio, each.values())) for name, each in found.items()}
    drawn = []
    for name in sorted(found, key=lambda name: -furthest[name]):
        moved = [
            Distance(finding.times_the_threshold, finding.drifted)
            if (finding := found[name].get(place))
            else Distance(math.nan, False)
            for place in range(len(reports))
        ]
        summary = _in_words(moved)
        chart = timeline.distances(names, moved, f"{name}: {summary}")
        if chart:
            drawn.append(Drawn(name, summary, chart))
    return drawn


def _ratio(finding: Finding) -> float:
    ratio = finding.times_the_threshold
    return -1.0 if math.isnan(ratio) else ratio


def _in_words(moved: Sequence[Distance]) -> str:
    known = [each for each in moved if not math.isnan(each.ratio)]
    count = sum(each.drifted for each in known)
    said = f"drifted in {count} of {len(known)}" if count else f"within chance in all {len(known)}"
    newest = moved[-1].ratio
    return said if not math.isfinite(newest) else f"{said}; in the newest {times(newest)}"


def _accuracy_in_words(names: Sequence[str], reports: Sequence[Report]) -> str:
    said = [
        f"{name} {percent(report.accuracy.current)} expected"
        for name, report in zip(names, reports, strict=True)
        if report.accuracy
    ]
    return f"Accuracy of the model in service: {', '.join(said[-3:])}"
