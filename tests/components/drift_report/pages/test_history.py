"""The timeline tells what moved in which report, and leads to each of them."""

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from components.drift_report.pages import history as timeline
from components.drift_report.pages.charts.timeline import Distance, accuracies, distances
from components.drift_report.pages.history import Entry, render
from tests.components.pages.parsed import Parsed, can_be_read_by_all, refers_to_nothing_but

NAN, INF = math.nan, math.inf


@pytest.fixture(params=["history", "nasty_history"])
def any_page(request):
    return Parsed(render(request.getfixturevalue(request.param), 0))


def classed(chart, style):
    """Returns the elements of a class, without those of the legend above the chart."""
    root = ElementTree.fromstring(str(chart))
    return [each for each in root.iter() if each.get("class") == style]


def words(parsed):
    return " ".join(parsed.text.split())


def test_the_page_refers_to_the_reports_and_to_nothing_else(any_page):
    refers_to_nothing_but(any_page, "data:", "../")
    can_be_read_by_all(any_page)


def test_every_report_is_a_row_that_leads_to_its_page_the_newest_first(history):
    parsed = Parsed(render(history, 0))
    assert parsed.values("a", "href") == [
        f"../artifacts/report/{n}/index.html" for n in range(7, 0, -1)
    ]
    text = words(parsed)
    assert "2 of 7 reports say drift" in text
    assert "7 reports, 11 Mar 2025 to 17 Mar 2025" in text
    assert (
        "span 7 17 March 2025, 06:30 UTC Drift 12,000 Embedding, brightness, Label mix "
        "about 82.3% measured 81.0%"
    ) in text
    assert "span 6 16 March 2025, 06:30 UTC Too few examples to say 12 nothing –" in text
    assert "span 1 11 March 2025, 06:30 UTC Nothing to compare with 25,000 – –" in text
    assert "could not be read" not in text


def test_the_newest_report_gives_the_verdict(history):
    assert Parsed(render(history, 0)).level("h1") == [history[-1].report.summary]
    assert "Drift in the newest report" in render(history, 0)
    assert "No drift in the newest report" in render(history[:5], 0)


def test_each_comparison_has_a_chart_the_furthest_first(history):
    parsed = Parsed(render(history, 0))
    assert parsed.level("h3") == ["Embedding", "brightness", "Label mix", "bytes", "width"]
    text = words(parsed)
    assert "Embedding drifted in 2 of 4; in the newest 12×" in text
    assert "bytes within chance in all 4; in the newest 0.5×" in text


def test_a_scalar_and_a_chart_of_words_by_one_name_are_two(text_drift):
    scalar = replace(text_drift.findings[1], name="words")
    report = replace(text_drift, findings=[*text_drift.findings, scalar])
    assert Parsed(render([Entry(report, "../a")], 0)).level("h3").count("words") == 1
    assert Parsed(render([Entry(report, "../a")], 0)).level("h3").count("Vocabulary") == 1


def test_reports_of_the_same_span_are_told_apart_by_their_dates(history):
    """A folder that grows has one span, whose number is always 0."""
    same = [
        entry._replace(report=replace(entry.report, current=history[0].report.current))
        for entry in history
    ]
    text = words(Parsed(render(same, 0)))
    assert "12 Mar 2025" in text and "span" not in text.split("How far")[1]


def test_what_is_not_shown_is_counted(history, monkeypatch):
    monkeypatch.setattr(timeline, "MAX_REPORTS", 3)
    monkeypatch.setattr(timeline, "MAX_CHARTS", 2)
    text = words(Parsed(render(history, 1)))
    assert "4 older reports are not shown" in text
    assert "1 report of another version, or whose files are gone" in text
    assert "And 3 more that moved less" in text
    assert "1 of 3 reports say drift" in text


def test_one_report_is_a_history(no_reference, image_drift):
    alone = Parsed(render([Entry(no_reference, "../a/index.html")], 0))
    assert "None of 1 report says drift" in words(alone)
    assert alone.level("h2") == ["None of 1 report says drift"]
    assert "1 of 1 report says drift" in render([Entry(image_drift, "../a/index.html")], 0)


def test_what_a_user_wrote_stays_text(nasty_history):
    parsed = Parsed(render(nasty_history, 0))
    assert "script" not in parsed.tags and "img" not in parsed.tags
    assert parsed.level("h1") == [nasty_history[-1].report.summary]


def test_a_long_history_keeps_to_its_size(image_drift):
    findings = [replace(f, name=f"{f.name} {n}") for f in image_drift.findings for n in range(12)]
    report = replace(image_drift, findings=findings)
    entries = [Entry(report, f"../artifacts/DriftReport/report/{n}/index.html") for n in range(400)]
    assert len(render(entries, 0).encode()) < 1_500_000


def test_what_drifted_is_a_triangle_beyond_the_threshold():
    moved = [Distance(0.5, False), Distance(2.5, True), Distance(NAN, False), Distance(1, False)]
    chart = distances(["a", "b", "c", "d"], moved, "how far")
    rings, triangles = classed(chart, "reference-mark")[1:], classed(chart, "current-mark")[1:]
    assert (len(rings), len(triangles)) == (2, 1)
    [threshold] = classed(chart, "threshold")
    height = float(threshold.get("y1"))
    assert float(rings[0].get("cy")) > height
    tip = float(re.match(r"M[\d.]+ ([\d.]+)", triangles[0].get("d"))[1])
    assert tip < height - 10
    # The line is broken where nothing was compared, and what stands alone has none.
    assert len(classed(chart, "trend")) == 1
    titles = [each.text for each in ElementTree.fromstring(str(chart)).iter("title")]
    assert titles == ["a: 0.5×", "b: 2.5×", "d: 1.0×"]


@pytest.mark.parametrize("ratio", [5.1, 400.0, INF])
def test_marks_far_out_lie_on_the_upper_edge(ratio):
    chart = distances(["a"], [Distance(ratio, True)], "")
    assert "≥ 5×" in str(chart)
    assert not re.search(r"\b(nan|inf)\b", re.sub("<title>.*?</title>", "", str(chart)))


def test_nothing_known_is_nothing_drawn():
    assert distances(["a"], [Distance(NAN, False)], "") is None
    assert accuracies(["a"], [None], "") is None


def test_accuracies_are_drawn_where_they_are_known(image_drift):
    known = image_drift.accuracy
    unmeasured = replace(known, measured=None, low=NAN)
    chart = accuracies(["a", "b", "c"], [known, None, unmeasured], "")
    assert len(classed(chart, "current-mark")) == 1 + 2
    assert len(classed(chart, "measured-mark")) == 1 + 1
    assert not re.search(r"\b(nan|inf)\b", str(chart))
