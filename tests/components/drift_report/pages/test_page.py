"""The page is whole in itself, says what the report says, and lets nothing out of its place."""

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from components.drift_report.pages import page
from components.drift_report.pages.page import render
from components.drift_report.report import AccuracyEstimate, Mix, Odd
from tests.components.drift_report.conftest import finding, histogram, picture, plane

FIXTURES = ["image_drift", "text_drift", "no_drift", "too_few", "no_reference", "nasty"]
VOID = {"meta", "link", "img", "br"}


class Parsed(HTMLParser):
    """Tags, attributes and text of a page; fails where its tags are not nested."""

    def __init__(self, html):
        super().__init__()
        self.html = html
        self.open, self.tags, self.attributes, self.headings = [], [], [], []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag in ("h1", "h2", "h3"):
            self.headings.append((tag, ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_data(" ")
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        for level in ("h1", "h2", "h3"):
            if level in self.open:
                self.headings[-1] = (level, self.headings[-1][1] + data)

    def values(self, tag, name):
        return [value for of, key, value in self.attributes if (of, key) == (tag, name)]

    def level(self, level):
        return [" ".join(text.split()) for of, text in self.headings if of == level]


@pytest.fixture(params=FIXTURES)
def any_page(request):
    return Parsed(render(request.getfixturevalue(request.param)))


def test_a_page_refers_to_nothing_outside_itself(any_page):
    assert not {"script", "iframe", "object", "embed", "base", "form"} & set(any_page.tags)
    for tag, name, value in any_page.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in ("src", "href", "srcset", "poster", "data", "action", "xlink:href"):
            assert value.startswith("data:"), (tag, name, value)
    (style,) = re.findall("<style>(.*?)</style>", any_page.html, re.DOTALL)
    assert not re.search(r"@import|url\(|@font-face|//", style)
    (policy,) = [value for value in any_page.values("meta", "content") if "default-src" in value]
    assert policy.startswith("default-src 'none'")


def test_a_page_has_one_sentence_on_top_and_no_level_left_out(any_page):
    levels = [int(level[1]) for level, _ in any_page.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(text for _, text in any_page.headings)


def test_every_picture_is_named_or_hidden_from_those_who_cannot_see_it(any_page):
    named = len(any_page.values("svg", "aria-label")) + len(any_page.values("svg", "aria-hidden"))
    assert named == any_page.tags.count("svg")
    assert len([alt for alt in any_page.values("img", "alt") if alt]) == any_page.tags.count("img")


def test_ids_occur_once_and_references_to_them_lead_somewhere(any_page):
    ids = [value for _, name, value in any_page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {v for _, name, v in any_page.attributes if name == "aria-labelledby"} <= set(ids)


def test_what_a_user_wrote_stays_text(nasty, image_drift):
    attacked, harmless = Parsed(render(nasty)), Parsed(render(image_drift))
    assert set(attacked.tags) <= set(harmless.tags) | {"title", "code"}
    assert {name for _, name, _ in attacked.attributes} <= {
        name for _, name, _ in harmless.attributes
    }
    assert "<script>alert(1)</script>" in attacked.text
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
    content = picture(1000, kind="JPEG")
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


def colours(block):
    return {
        name: [int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        for name, value in re.findall(r"--(\w+): #(\w{6});", block)
    }


def contrast(one, other):
    """Returns the ratio of WCAG 2.2, 1.4.3."""
    linear = [
        [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        for colour in (one, other)
    ]
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in linear)
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_in_light_and_dark():
    style = Path(page.__file__).with_name("page.css.j2").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    for theme in (colours(light), colours(dark)):
        for ground in ("paper", "panel"):
            for ink in ("ink", "muted", "accent"):
                assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
        # Marks need 3:1 (1.4.11).
        assert contrast(theme["mark"], theme["paper"]) >= 3
        assert contrast(theme["ink"], theme["area"]) >= 3
