"""The page is whole in itself, says what the report says, and lets nothing out of its place."""

import math
import re
from dataclasses import replace

import pytest

from components.drift_report.pages import page
from components.drift_report.pages.page import render
from components.drift_report.report import AccuracyEstimate, Mix, Odd
from tests.components.drift_report.conftest import finding, histogram, picture, plane
from tests.components.pages.parsed import (
    Parsed,
    adds_nothing_to,
    can_be_read_by_all,
    refers_to_nothing_but,
)

FIXTURES = ["image_drift", "text_drift", "no_drift", "too_few", "no_reference", "nasty"]


@pytest.fixture(params=FIXTURES)
def any_page(request):
    return Parsed(render(request.getfixturevalue(request.param)))


def test_a_page_is_whole_in_itself_and_can_be_read_by_all(any_page):
    refers_to_nothing_but(any_page, "data:")
    can_be_read_by_all(any_page)


def test_what_a_user_wrote_stays_text(nasty, image_drift):
    attacked = Parsed(render(nasty))
    adds_nothing_to(attacked, Parsed(render(image_drift)))
    assert attacked.level("h1") == [nasty.summary]


def test_drift_of_images_is_told_in_order(image_drift):
    parsed = Parsed(render(image_drift))
    assert parsed.level("h1") == [image_drift.summary]
    assert parsed.level("h2") == [
        "What to do",
        "Expected accuracy of the model in service estimate",
        "What could not be compared",
        "What moved",
        "How they moved",
        "Within chance",
        "Least like the reference",
        "How this was computed",
    ]
    assert parsed.level("h3") == [
        "Embedding",
        "brightness",
        "Label mix",
        "bytes",
        "width",
    ]
    text = " ".join(parsed.text.split())
    assert "Label 300 of the current examples" in text
    assert "3 of 5 comparisons moved further" in text
    assert "6.3× the threshold" in text
    assert "height: the reference lacks it" in text
    assert "5% of such reports still say drift" in text
    assert "12 March 2025, 14:03 UTC" in text
    assert "serving/cifar10/1741782000" in text
    assert "50,000" in text and "2,000" in text


def test_the_expected_accuracy_is_marked_as_an_estimate_beside_the_truth(image_drift):
    text = " ".join(Parsed(render(image_drift)).text.split())
    assert "about 82.3% 8.9 points less than on the reference" in text
    assert "80.3% to 84.2%" in text
    assert "Measured on the labels that came with the current examples: 81.0%" in text
    unlabelled = replace(image_drift, accuracy=replace(image_drift.accuracy, measured=None))
    assert "Measured" not in Parsed(render(unlabelled)).text


@pytest.mark.parametrize(
    ("current", "words"),
    [(0.95, "3.8 points more than on"), (0.9121, "as on the reference"), (0.902, "1 point less")],
)
def test_the_expected_accuracy_is_held_against_the_reference(image_drift, current, words):
    report = replace(image_drift, accuracy=replace(image_drift.accuracy, current=current))
    assert words in render(report)


def test_texts_are_shown_cut_with_their_source(text_drift):
    parsed = Parsed(render(text_drift))
    assert parsed.tags.count("blockquote") == 4
    assert "def main():\n    return 1" in parsed.text
    assert "A film of two hours. " * 30 in parsed.text
    assert "A film of two hours. " * 50 not in parsed.text
    assert "2,099 characters in all" in parsed.text
    assert "texts.csv:2" in parsed.text
    assert "none in service" in parsed.text and "Train a model" in parsed.text


def test_odd_images_come_with_label_prediction_and_source(image_drift):
    parsed = Parsed(render(image_drift))
    assert [source[:15] for source in parsed.values("img", "src")] == [
        "data:image/png;",
        "data:image/jpeg",
    ]
    assert "cannot be read" in parsed.text
    text = " ".join(parsed.text.split())
    assert "label cat model dog 50% differs odder than 99.9% cat/1.png" in text
    assert "label cat model cat 40% odder than all cat/0.png" in text


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        ("no_drift", "No drift"),
        ("too_few", "Too few examples to say"),
        ("no_reference", "Nothing to compare with"),
    ],
)
def test_a_page_without_drift_leaves_out_what_it_lacks(report, verdict, request):
    report = request.getfixturevalue(report)
    parsed = Parsed(render(report))
    assert verdict in parsed.text and parsed.level("h1") == [report.summary]
    assert "How they moved" not in parsed.text
    assert "Least like the reference" not in parsed.text
    assert "What could not be compared" not in parsed.text
    assert ("Within chance" in parsed.text) == bool(report.findings)
    assert ("Expected accuracy" in parsed.text) == (report.accuracy is not None)


def test_a_side_that_is_missing_has_no_column(no_reference):
    assert Parsed(render(no_reference)).values("th", "scope") == ["col", "row", "row"]


def test_what_is_not_finite_reads_as_a_dash(image_drift):
    nan = math.nan
    strange = replace(image_drift.findings[0], distance=nan, threshold=math.inf, p_value=nan)
    report = replace(
        image_drift,
        findings=[strange],
        accuracy=AccuracyEstimate(nan, nan, nan, nan, "guess", nan),
        oddest=[Odd("a.png", "a", "b", nan, nan, picture(4))],
    )
    text = Parsed(render(report)).text
    assert not re.search(r"\bnan\b|\binf\b", text)
    assert "odder than –" in text


def test_a_threshold_of_zero_is_not_divided_by(image_drift):
    report = replace(image_drift, findings=[finding("width", histogram(), 0.1, 0.0)])
    assert "beyond the threshold" in render(report)


def test_classes_left_out_of_a_chart_are_counted(image_drift):
    names = [f"class {i}" for i in range(100)]
    mix = Mix(names, [0.01] * 100, [0.01 + i / 10_000 for i in range(100)])
    report = replace(image_drift, findings=[finding("label", mix)])
    assert "12 of 100 classes, those that moved most" in render(report)
    assert "none of the others moved by more than 0.9 points" in render(report)


def test_names_that_no_file_can_hold_can_be_written(image_drift):
    odd = replace(image_drift.oddest[0], source="caf\udce9\x00.png")
    html = render(replace(image_drift, oddest=[odd], task="a\x1bb"))
    assert "caf\ufffd\ufffd.png" in html.encode().decode()
    assert "\x1b" not in html


def test_a_page_keeps_to_its_size(image_drift):
    content = picture(250, kind="JPEG")
    odd = Odd("photos/" + "long" * 40, "a class", "another class", 0.5, 99.9, content)
    report = replace(
        image_drift,
        findings=[
            finding("embedding", plane(3_000)),
            *(finding(f"feature {i}", histogram(bins=50)) for i in range(300)),
        ],
        problems=["not comparable " * 40] * 300,
        oddest=[odd] * 60,
    )
    html = render(report)
    assert len(html.encode()) <= page.MAX_BYTES
    parsed = Parsed(html)
    assert parsed.tags.count("img") == page.MAX_ODD
    assert "And 201 more that moved less" in parsed.text
    assert f"Drawn are the {page.MAX_CHARTS} comparisons" in parsed.text
    assert "And 250 more, in  drift.json" in parsed.text


def test_the_same_report_gives_the_same_page(image_drift):
    assert render(image_drift) == render(image_drift)
