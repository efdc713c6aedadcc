"""The page is whole in itself, says what the report says, and lets nothing out of its place."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from components.tflite_rewriter.pages import page
from components.tflite_rewriter.pages.page import render
from tests.components.pages.contrast import colours, contrast
from tests.components.pages.parsed import (
    Parsed,
    adds_nothing_to,
    can_be_read_by_all,
    refers_to_nothing_but,
)
from tests.components.tflite_rewriter.pages.conftest import ATTACK, SETTINGS, network, report, row

ALL = [
    *("small", "undecided", "worse", "failed"),
    *("students", "one_student", "nasty", "not_pushed"),
]
MINUS = "\N{MINUS SIGN}"


def read(report):
    """Returns the page, and its text in single spaces."""
    parsed = Parsed(render(report))
    return parsed, " ".join(parsed.text.split())


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_whole_in_itself_and_can_be_read_by_all(name, request):
    """It refers to the files beside it alone, and nothing in it is missing."""
    parsed, text = read(request.getfixturevalue(name))
    refers_to_nothing_but(parsed, "data:", "README.md", "parity.json")
    can_be_read_by_all(parsed)
    assert not re.search(r"\b(nan|inf)\b|\bNone\b(?! of )", text)
    assert len(parsed.html.encode()) < 300_000


def test_what_a_user_wrote_stays_text(nasty, one_student):
    """Names of tasks, networks, variants and machines, and reasons."""
    attacked, text = read(nasty)
    adds_nothing_to(attacked, Parsed(render(one_student)))
    assert "javascript:" not in attacked.html
    assert ATTACK in text


def test_a_report_is_told_in_order(small):
    """The verdict first, the method last."""
    parsed, text = read(small)
    assert parsed.level("h1") == [
        "dynamic_range is the phone’s model: 2,730 KiB instead of 22,000 KiB, 2 ms an example, "
        "87.9% right where the SavedModel has 88.0%."
    ]
    assert parsed.level("h2") == [
        "The phone’s model",
        "Why this one",
        "What accuracy costs",
        "All models",
        "How to use it",
        "How this was measured",
    ]
    assert "cifar10 version 1795343217 1,000 examples of 3 classes Blessed" in text


def test_why_a_variant_is_blessed_is_told_and_what_else_would_be(small):
    """The smallest here; the fastest is another."""
    _, text = read(small)
    assert "All 4 variants for phones keep to the tolerance, and it is the smallest" in text
    assert "with 95% confidence that it loses no more than 0.5 points" in text
    assert "The fastest is int8: 2,760 KiB, 0.7 ms, 87.8% right." in text
    assert 'prefer = "latency" takes it' in text


def test_who_prefers_latency_reads_of_the_fastest():
    """And of the smallest as the alternative."""
    settings = replace(SETTINGS, prefer="latency")
    _, text = read(report(network("served"), settings))
    assert "int8 is the phone’s model" in text and "it is the fastest of these" in text
    assert "The smallest is dynamic_range" in text


def test_a_row_has_all_that_was_measured(small):
    """Difference, interval, reason, accuracy, agreement, sizes, latencies, result."""
    parsed, text = read(small)
    assert (
        f"dynamic_range blessed weights in 8 bits {MINUS}0.10 {MINUS}0.40 to +0.20 points "
        "0.10 points lost on 1,000 examples, surely no more than 0.40 points lost "
        "87.9% 85.9% to 89.9% 99.9% off by 0.03 2,730 KiB gzip 2,399 KiB "
        "2 p95 2.4 1.2 p95 1.8 within"
    ) in text
    assert "Keras the network as it was trained 0.00" in text and "off by < 0.0001" in text
    assert "what all the others are held against" in text
    assert len([each for each in parsed.values("svg", "class") if each == "stretched"]) == 11


def test_rows_that_are_undecided_or_failed_say_why(undecided):
    """With the number of examples that would decide."""
    _, text = read(undecided)
    assert "Not blessed 1,000 examples are too few to show that a variant loses no more" in text
    assert re.search(r"about [\d,]+ examples would decide .* not enough examples", text)
    assert (
        "int8 integers throughout conversion: aborted by SIGABRT: LLVM ERROR – – – – – failed"
        in text
    )
    assert "Raise tflite.examples: 1,000 were used" in text
    assert "why 1 of 3 variants for phones failed" in text
    assert "How to use it" not in text


def test_where_all_examples_were_used_more_have_to_be_brought(undecided):
    """Raising the setting would change nothing."""
    _, text = read(replace(undecided, settings=undecided.settings | {"examples": 5000}))
    assert "Bring more test examples: all 1,000 were used" in text


def test_what_is_worse_is_a_clear_verdict(worse):
    """With what to do, and no README, which is not there."""
    parsed, text = read(worse)
    assert "No variant keeps to the tolerance of 0.5 points of accuracy." in text
    assert "apps keep the model that they have" in text
    assert "same class as its SavedModel on 22.00% of the examples" in text
    assert "too few" not in text and not parsed.values("a", "href")


def test_where_nothing_could_be_made_there_are_no_charts(failed):
    """Reasons remain."""
    _, text = read(failed)
    assert "What accuracy costs" not in text
    assert "timing: not done within 600 s" in text and "no model.keras" in text


def test_a_model_that_was_not_pushed_has_a_short_page(not_pushed):
    """That says so."""
    parsed, text = read(not_pushed)
    assert "Not pushed The model itself was not blessed" in text
    assert not parsed.level("h2")


def test_students_stand_beside_the_model_itself(students):
    """Each with its best variant, or that it has none."""
    parsed, text = read(students)
    assert f"the model itself 88.0% dynamic_range 2,730 KiB 2 ms 87.9% {MINUS}0.10" in text
    assert "student tiny 84.5% none keeps to the tolerance" in text
    assert "The model itself" in text and "Student quarter" in text
    assert parsed.values("th", "scope").count("rowgroup") == 6
    assert "pruned dynamic_range is the phone’s model" in text


def test_the_fastest_of_other_devices_is_never_the_phones(students):
    """OpenVINO is, and is pushed along."""
    _, text = read(students)
    assert "The fastest is pruned int8" in text
    assert text.count("not for phones") == 2
    assert "is pushed along: onnx/, openvino/." in text


def test_marks_are_numbered_as_rows_only_where_names_have_no_room(small, students):
    """A number without its row would say nothing."""
    numbered, text = read(students)
    assert "Numbers are those of the table" in text
    assert numbered.values("span", "class").count("number") == 33
    named, text = read(small)
    assert "Numbers are" not in text and "number" not in named.values("span", "class")


def test_an_interval_that_proves_nothing_against_equal_answers_is_explained():
    """On few examples even the same answers have a wide interval."""
    rows = [row("saved_model", 90, None), row("float32", 50, 1.0, 0.0, 0.02)]
    same = replace(rows[1], status="within", reason="the SavedModel's answers, on 100 examples")
    _, text = read(report([rows[0], same]))
    assert "unless the answers are the SavedModel’s own" in text
    assert "It is the only variant for phones" in text


def test_a_busy_machine_is_told_of(nasty, small):
    """Where a p95 is many times the median."""
    assert "the machine did other things" in read(nasty)[1]
    assert "the machine did other things" not in read(small)[1]


def test_machine_and_settings_are_written_in_words(small):
    """With the unit of each."""
    _, text = read(small)
    assert "processor Some Processor 7 @ 2.4GHz cores 8 TensorFlow 2.16.2" in text
    assert "accuracy lost, at most 0.5 points agreement, at least 95%" in text
    assert "memory of a conversion, at most 12 GiB time of a conversion, at most 600 s" in text
    assert "The ranges of int8 come from 200 training examples" in text
    assert "Each end holds with 95% confidence" in text


def test_the_same_report_gives_the_same_page(students):
    """To the byte."""
    assert render(students) == render(students)


def test_colours_of_the_page_are_those_of_all_pages():
    """So that what `test_style` proves holds here; labels lie on paper or on the shaded part."""
    style = Path(page.__file__).with_name("page.css.j2").read_text()
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb", style)
    shared = (Path(page.__file__).parents[2] / "pages" / "base.css.j2").read_text()
    for theme in map(colours, re.findall(r":root \{(.*?)\}", shared, re.DOTALL)[:2]):
        assert contrast(theme["ink"], theme["rule"]) >= 4.5
        assert contrast(theme["accent"], theme["rule"]) >= 3


def test_attacks_in_the_fixtures_are_attacks():
    """Otherwise the tests above would prove nothing."""
    assert "<script>" in ATTACK and "</style>" in ATTACK and "onerror" in ATTACK
