"""A drift report as one HTML file: no script, no network, nothing beside it."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from components.drift_report.pages.charts import (
    accuracy,
    distance,
    histogram,
    mix,
    rows,
    scatter,
    words,
)
from components.drift_report.pages.templates import SIGNS, TEMPLATES
from components.drift_report.report import (
    AccuracyEstimate,
    Finding,
    Histogram,
    Map,
    Mix,
    Odd,
    Report,
    Words,
)
from components.drift_report.titles import VERDICTS, quantity, title
from components.pages import formats
from components.pages.thumbnails import thumbnail

TEMPLATE = "page.html.j2"
MAX_BYTES = 1_500_000
"""Of the page; the limits below keep it there."""
MAX_ROWS = 100
MAX_CHARTS = 40
MAX_PROBLEMS = 50
MAX_ODD = 48
_MAX_TEXT = 700
"""Characters shown of one of the oddest texts."""
_THUMBNAILS_BYTES = 700_000
_MAX_THUMBNAIL_BYTES = 24_000


class Drawn(NamedTuple):
    """A finding with its chart."""

    finding: Finding
    svg: Markup | None
    note: str
    """What to know of the chart, such as what it leaves out; empty if nothing."""


class Shown(NamedTuple):
    """One of the oddest examples, as the gallery shows it."""

    odd: Odd
    thumbnail: str | None
    text: str
    length: int
    """Of the whole text, in characters."""


def render(report: Report) -> str:
    """Returns the page, which can be written in UTF-8 and is at most `MAX_BYTES` long there.

    What a user has named or written is escaped, and the page forbids the browser to load or run
    anything, should that ever fail.
    """
    drawn = [_draw(finding, report) for finding in report.findings[:MAX_CHARTS]]
    end = distance.reach(report.findings)
    return TEMPLATES.fill(
        TEMPLATE,
        report=report,
        rows=[(finding, distance.draw(finding, end)) for finding in report.findings[:MAX_ROWS]],
        verdict=VERDICTS[report.verdict],
        sign=SIGNS[report.verdict],
        advice=_advice(report),
        threshold_at=100 / end,
        drifted=sum(finding.drifted for finding in report.findings),
        charts=[
            ("How they moved", [each for each in drawn if each.finding.drifted]),
            ("Within chance", [each for each in drawn if not each.finding.drifted]),
        ],
        problems=report.problems[:MAX_PROBLEMS],
        difference=_difference(report.accuracy),
        accuracy_chart=_accuracy_chart(report),
        oddest=_oddest(report),
        max_charts=MAX_CHARTS,
    )


def _draw(finding: Finding, report: Report) -> Drawn:
    description = f"{title(finding)}: {finding.summary}"
    chart = finding.chart
    match chart:
        case Histogram():
            drawn = histogram.draw(chart, quantity(finding.name), description)
            return Drawn(finding, drawn, "")
        case Mix():
            return Drawn(finding, mix.draw(chart, description), _left_out(chart))
        case Words():
            return Drawn(finding, words.draw(chart, description), "The words that moved most.")
        case Map():
            sight = (
                "the model in service sees of it" if report.model else "a fixed view shows of it"
            )
            note = f"Each mark is one {report.kind} of a part of them, placed by what {sight}."
            return Drawn(finding, scatter.draw(chart, description), note)


def _left_out(chart: Mix) -> str:
    shown, others = rows.moved_most(chart)
    if not others:
        return ""
    most = formats.points(others[0].moved)
    return (
        f"{len(shown)} of {len(chart.names):,} classes, those that moved most; "
        f"none of the others moved by more than {most}."
    )


def _difference(accuracy: AccuracyEstimate | None) -> str:
    if accuracy is None or not math.isfinite(accuracy.current - accuracy.reference):
        return ""
    difference = accuracy.current - accuracy.reference
    if abs(difference) < 0.0005:
        return "as on the reference"
    return (
        f"{formats.points(difference)} {'more' if difference > 0 else 'less'} than on the reference"
    )


def _accuracy_chart(report: Report) -> Markup | None:
    estimate = report.accuracy
    if estimate is None:
        return None
    description = (
        f"Accuracy: {formats.percent(estimate.reference)} on the reference, an estimated "
        f"{formats.percent(estimate.current)} on the current examples, interval "
        f"{formats.percent(estimate.low)} to {formats.percent(estimate.high)}"
    )
    if estimate.measured is not None:
        description += f", measured {formats.percent(estimate.measured)}"
    return accuracy.draw(estimate, description)


def _oddest(report: Report) -> Sequence[Shown]:
    oddest = report.oddest[:MAX_ODD]
    if report.kind == "text":
        texts = [odd.content.decode("utf-8", "replace").strip() for odd in oddest]
        return [
            Shown(odd, None, formats.shorten(text, _MAX_TEXT), len(text))
            for odd, text in zip(oddest, texts, strict=True)
        ]
    limit = min(_MAX_THUMBNAIL_BYTES, _THUMBNAILS_BYTES // max(1, len(oddest)))
    return [Shown(odd, thumbnail(odd.content, limit), "", 0) for odd in oddest]


def _advice(report: Report) -> str:
    if report.advice is None:
        return ""
    match report.advice.action:
        case "ignore":
            return "Nothing"
        case "label":
            count = report.advice.label_count
            some = "some" if count is None else f"{count:,}"
            return f"Label {some} of the current examples"
        case "retrain":
            return "Retrain the model" if report.model else "Train a model"
        case "wait":
            return "Wait for more examples"
