"""A model's variants as one HTML file: no script, no network, nothing beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from components.pages import formats
from components.pages.templates import Sign, Templates
from components.tflite_rewriter.judge import candidates, choose
from components.tflite_rewriter.latency import EXAMPLES
from components.tflite_rewriter.pages import table
from components.tflite_rewriter.pages.charts import differences
from components.tflite_rewriter.pages.charts.tradeoff import Tradeoff, Tried
from components.tflite_rewriter.pages.titles import (
    PREFERRED,
    SETTINGS,
    SIGNS,
    exact_points,
    kibibytes,
    milliseconds,
    network_title,
    signed,
    variant_title,
)
from components.tflite_rewriter.readme import README_FILE
from components.tflite_rewriter.report import REPORT_FILE, SAVED_MODEL, SERVED, Report, Row
from components.tflite_rewriter.settings import Settings

_OTHER = {"size": "latency", "latency": "size"}
_BUSY = 10
"""A p95 so many times as long as the median tells of a machine that did something else."""

_TEMPLATES = Templates(
    Path(__file__).parent,
    signed_points=signed,
    exact_points=exact_points,
    kib=kibibytes,
    variant=variant_title,
    network=network_title,
    capitalised=lambda text: text[:1].upper() + text[1:],
    tiny=lambda value: "<\N{NO-BREAK SPACE}0.0001" if value < 1e-4 else f"{value:.2g}",
    ms=milliseconds,
)


def render(report: Report) -> str:
    """Returns the page, which can be written in UTF-8.

    What a user has named is escaped, and the page forbids the browser to load or run anything,
    should that ever fail.

    Args:
      report: on the variants of a model that was pushed, or `model_not_blessed`.
    """
    if not report.rows:
        return _TEMPLATES.fill("not_pushed.html.j2", report=report, sign="nothing")
    settings = Settings(**report.settings)
    tried = [row for row in report.rows if table.is_variant(row)]
    shown = [row.comparison.difference for row in report.rows if row.comparison]
    among = differences.of_rows(shown, settings.max_accuracy_drop)
    good = candidates(report.rows)
    other = choose(good, _OTHER[settings.prefer])
    by_number, charts = _tradeoffs(report, settings)
    return _TEMPLATES.fill(
        "page.html.j2",
        report=report,
        settings=settings,
        sign=_sign(report, tried),
        best=report.row(report.blessed) if report.blessed else None,
        saved_model=_served_saved_model(report),
        good=good,
        other=other if other and other.name != report.blessed else None,
        other_preference=_OTHER[settings.prefer],
        preferred=PREFERRED[settings.prefer],
        preferred_otherwise=PREFERRED[_OTHER[settings.prefer]],
        pushed_along=[
            row.variant
            for row in tried
            if row.status == "within" and row.network == SERVED and not table.for_phones(row)
        ],
        phones=[row for row in tried if table.for_phones(row)],
        among=among,
        groups=table.groups(report, among),
        threads=sorted({each.threads for row in tried for each in row.latencies}),
        by_number=by_number,
        charts=charts,
        signs_of=SIGNS,
        exact=any(
            row.status == "within" and row.comparison.difference.low < -settings.max_accuracy_drop
            for row in tried
            if row.comparison
        ),
        busy=_busy(tried),
        timed=max((each.examples for row in tried for each in row.latencies), default=EXAMPLES),
        settings_in_words=_in_words(report.settings),
        readme=README_FILE,
        parity=REPORT_FILE,
    )


def _sign(report: Report, tried: Sequence[Row]) -> Sign:
    if report.blessed:
        return "fine"
    undecided = any(row.status == "not enough examples" for row in tried if table.for_phones(row))
    return "unsure" if undecided else "alarm"


def _served_saved_model(report: Report) -> Row | None:
    found = (row for row in report.rows if (row.network, row.variant) == (SERVED, SAVED_MODEL))
    return next(found, None)


def _tradeoffs(report: Report, settings: Settings) -> tuple[bool, list[tuple[str, Markup]]]:
    """Returns whether marks are numbered, and the charts with their titles."""
    costs = {
        "Size and accuracy": ("KiB", [row.bytes and row.bytes / 1024 for row in report.rows]),
        "Latency and accuracy": (
            "ms with one thread",
            [row.latency_ms for row in report.rows],
        ),
    }
    drawn = {
        title: (unit, tried)
        for title, (unit, of_rows) in costs.items()
        if (tried := _tried(report, of_rows))
    }
    charts = {
        title: Tradeoff(tried, settings.max_accuracy_drop, unit)
        for title, (unit, tried) in drawn.items()
    }
    by_name = all(chart.has_room_for_names() for chart in charts.values())
    return not by_name, [
        (title, chart.draw(by_name, _told(title, *drawn[title]))) for title, chart in charts.items()
    ]


def _tried(report: Report, costs: Sequence[float | None]) -> list[Tried]:
    return [
        Tried(
            name=row.name,
            number=number,
            cost=cost,
            difference=row.comparison.difference,
            status=row.status,
            blessed=row.name == report.blessed,
        )
        for number, (row, cost) in enumerate(zip(report.rows, costs, strict=True), start=1)
        if table.is_variant(row) and row.comparison and row.status != "failed" and cost
    ]


def _told(title: str, unit: str, tried: Sequence[Tried]) -> str:
    words = "; ".join(
        f"{each.name}: {each.cost:.3g} {unit}, {signed(each.difference.value)} points, "
        f"{each.status}"
        for each in tried
    )
    return formats.shorten(f"{title}. {words}", 2_000)


def _busy(tried: Sequence[Row]) -> bool:
    return any(each.p95_ms > _BUSY * each.median_ms for row in tried for each in row.latencies)


def _in_words(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(title, write(settings[key])) for key, (title, write) in SETTINGS.items()]
