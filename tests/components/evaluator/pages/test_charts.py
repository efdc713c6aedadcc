"""Charts say what the numbers say, are finite whatever these are, and read without colour."""

import math
import re
from dataclasses import replace

import pytest

from components.evaluator.pages.charts import accuracy, difference, meter, reliability, spread
from components.evaluator.report import CalibrationBin, Interval
from tests.components.evaluator.pages.conftest import comparison, part
from tests.components.pages.drawn import classed, parsed, texts

NAN, INF = math.nan, math.inf


def place(mark):
    """Returns where a circle or an upright line lies, from the left."""
    return float((mark.get("cx") or mark.get("x1")).rstrip("%"))


def test_an_accuracy_below_the_floor_lies_left_of_it_in_another_colour():
    drawn = accuracy.draw(comparison(70, 100, 1, 2), 0.8, "")
    (floor,), (mark,) = classed(drawn, "threshold"), classed(drawn, "candidate-mark")
    assert place(mark) < place(floor) and "wrong" in mark.get("class")
    assert {"floor 80%", "candidate", "70.0%", "baseline", "71.0%"} <= set(texts(drawn))


def test_without_baseline_and_floor_an_accuracy_stands_alone():
    drawn = accuracy.draw(comparison(70, 100), 0.0, "")
    assert not classed(drawn, "threshold") and not classed(drawn, "baseline-mark")
    assert not classed(drawn, "wrong")


@pytest.mark.parametrize(("low", "wrong"), [(-0.02, True), (-0.005, False), (NAN, True)])
def test_an_interval_that_reaches_below_the_margin_is_in_another_colour(low, wrong):
    drawn = difference.draw(Interval(0.01, low, 0.04), 0.01, "")
    (mark,) = classed(drawn, "candidate-mark")
    assert ("wrong" in mark.get("class")) == wrong
    (margin,), (zero,) = classed(drawn, "threshold"), classed(drawn, "base")
    assert place(margin) < place(zero) < place(mark)
    (refused,) = classed(drawn, "refused")
    assert float(refused.get("x")) + float(refused.get("width")) == pytest.approx(place(margin))


def test_a_margin_of_zero_is_where_both_are_equally_good():
    drawn = difference.draw(Interval(0.01, -0.01, 0.03), 0.0, "")
    assert place(*classed(drawn, "threshold")) == place(*classed(drawn, "base"))
    assert "margin 0.0" in texts(drawn) and "as good" not in texts(drawn)


def test_bars_are_as_long_as_counts():
    drawn = difference.draw_counts(comparison(80, 100, 30, 10), "")
    (candidate,), (baseline,) = classed(drawn, "candidate-bar"), classed(drawn, "baseline-bar")
    assert float(candidate.get("width")) == pytest.approx(3 * float(baseline.get("width")), abs=0.3)
    assert {"30", "10"} <= set(texts(drawn))


def test_slices_lie_at_their_difference_with_labels_beside_the_lines():
    slices = [part("cat", (70, 100, 1, 20), fault="Worse."), part("dog", (70, 100, 5, 5))]
    axis = spread.of_slices(slices, 0.05, 0.5, 0.8)
    assert [(line.name, line.value) for line in axis.lines] == [("margin", -0.05), ("as good", 0.0)]
    assert axis.along(-0.05) >= 20 and axis.along(0.0) <= 80
    cat, dog = (classed(spread.draw(each, axis), "candidate-mark")[0] for each in slices)
    assert place(cat) < axis.along(-0.05) < place(dog) == pytest.approx(axis.along(0.0), abs=0.1)
    assert "wrong" in cat.get("class") and "wrong" not in dog.get("class")


def test_without_a_baseline_slices_lie_at_their_accuracy():
    slices = [part("cat", (30, 100)), part("dog", (90, 100))]
    axis = spread.of_slices(slices, 0.05, 0.5, 0.8)
    assert [line.name for line in axis.lines] == ["floor", "all examples"]
    cat, dog = (place(classed(spread.draw(s, axis), "candidate-mark")[0]) for s in slices)
    assert cat < axis.along(0.5) < axis.along(0.8) < dog


def test_a_slice_where_nothing_is_asked_has_no_strong_line():
    slices = [part("cat", (70, 100, 1, 20))]
    assert [line.strong for line in spread.of_slices(slices, 1.0, 0.0, 0.8).lines] == [False]


def test_a_handful_of_examples_does_not_press_all_others_together():
    usual = [part(f"kind {i}", (900, 1000, i, 5)) for i in range(9)]
    tiny = part("tiny", (0, 1, 0, 1))
    alone, among = (spread.of_slices(s, 0.05, 0, 0.9) for s in (usual, [tiny, *usual]))
    assert among.along == alone.along
    drawn = spread.draw(tiny, among)
    assert not classed(drawn, "candidate-mark")
    (hollow,) = classed(drawn, "baseline-mark")
    assert place(hollow) == 0


def test_a_bin_that_is_surer_than_right_lies_below_the_diagonal():
    bins = [CalibrationBin(0.5, 0.75, 100, 0.6, 0.4), CalibrationBin(0.75, 1, 5, 0.9, 0.95)]
    drawn = reliability.draw(bins, "")
    over, under = classed(drawn, "gap")
    assert float(over.get("y1")) < float(over.get("y2"))
    assert float(under.get("y1")) > float(under.get("y2"))
    # Five examples say little: hollow, like the one in the legend.
    assert len(classed(drawn, "candidate-mark")) == len(classed(drawn, "baseline-mark")) == 2
    high, low = (float(bar.get("height")) for bar in classed(drawn, "count"))
    assert high == pytest.approx(20 * low, abs=1)
    assert "100 examples: 60.0% sure, 40.0% right" in [
        each.text for each in parsed(drawn).iter("title")
    ]


ODD_NUMBERS = {
    "accuracy": accuracy.draw(comparison(0, 1), 0.0, ""),
    "accuracy without bounds": accuracy.draw(
        replace(comparison(1, 2), accuracy=Interval(0.5, NAN, INF)), 1.0, ""
    ),
    "baseline": accuracy.draw(replace(comparison(1, 2), baseline_accuracy=NAN), 0.5, ""),
    "difference": difference.draw(Interval(0, 0, 0), 0.0, ""),
    "far": difference.draw(Interval(-1, -1, 1), 1.0, ""),
    "unbounded": difference.draw(Interval(0.1, NAN, INF), 0.01, ""),
    "no counts": difference.draw_counts(comparison(1, 2, 0, 0), ""),
    "one bin": reliability.draw([CalibrationBin(0, 1, 1, 0.5, 1.0)], ""),
    "last bin": reliability.draw([CalibrationBin(1, 1, 10**9, 1.0, 0.0)], ""),
}


@pytest.mark.parametrize("drawn", ODD_NUMBERS.values(), ids=ODD_NUMBERS)
def test_a_chart_is_finite_and_within_its_frame_whatever_the_numbers(drawn):
    chart = parsed(drawn)
    _, _, width, height = map(float, chart.get("viewBox").split())
    for element in chart.iter():
        for key, value in element.items():
            assert not re.search(r"nan|inf\b", value), (key, value)
        for across, up in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            assert 0 <= float(element.get(across, 0)) <= width
            assert 0 <= float(element.get(up, 0)) <= height


@pytest.mark.parametrize(
    "drawn",
    [
        meter.draw(NAN, INF),
        meter.draw(0.5, None),
        *(
            spread.draw(each, spread.of_slices([each], 1.0, 0.0, NAN))
            for each in (
                part("cat", (1, 1)),
                replace(
                    part("cat", (1, 2, 0, 0)),
                    comparison=replace(comparison(1, 2, 0, 0), difference=Interval(NAN, NAN, NAN)),
                ),
            )
        ),
    ],
)
def test_a_row_is_finite_and_within_its_width_whatever_the_numbers(drawn):
    for element in parsed(drawn).iter():
        for value in element.attrib.values():
            assert not re.search(r"nan|inf\b", value)
            if value.endswith("%"):
                assert 0 <= float(value[:-1]) <= 100


@pytest.mark.parametrize(
    "drawn",
    [
        accuracy.draw(replace(comparison(1, 2), accuracy=Interval(NAN, 0, 1)), 0.5, ""),
        difference.draw(Interval(NAN, 0, 1), 0.5, ""),
        reliability.draw([CalibrationBin(0, 1, 0, 0.5, 0.5), CalibrationBin(0, 1, 3, NAN, 1)], ""),
    ],
)
def test_nothing_is_drawn_of_nothing(drawn):
    assert drawn is None
