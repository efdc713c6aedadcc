"""Charts say what the numbers say, are finite whatever these are, and read without colour."""

import math
import re
from dataclasses import replace

import pytest

from components.drift_report.pages.charts import (
    accuracy,
    distance,
    histogram,
    mix,
    rows,
    scatter,
    words,
)
from components.drift_report.report import (
    AccuracyEstimate,
    Finding,
    Histogram,
    Map,
    Mix,
    Words,
)
from components.pages import svg
from tests.components.pages.drawn import classed, parsed, texts

NAN, INF = math.nan, math.inf


def corners(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"([-\d.]+) ([-\d.]+)", path.get("d"))]


def moved(measured, threshold, drifted):
    chart = Histogram([0, 1], [1], [1])
    return Finding("brightness", "distance", measured, threshold, 0.01, drifted, "", chart)


HISTOGRAM = Histogram([0, 1, 2], [0.25, 0.75], [0.5, 0.5])
ODD_NUMBERS = {
    "shares": histogram.draw(Histogram([0, 1, 2], [NAN, 1], [INF, -INF]), "x", ""),
    "edges": histogram.draw(
        Histogram([-INF, 0, 1, NAN], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4]), "x", ""
    ),
    "one value": histogram.draw(Histogram([5, 5], [1], [1]), "x", ""),
    "nothing there": histogram.draw(Histogram([0, 1], [0], [0]), "x", ""),
    "huge": histogram.draw(Histogram([-3e38, 0, 3e38], [0.5, 0.5], [1, 0]), "x", ""),
    "next to each other": histogram.draw(Histogram([1e9, 1e9 + 1e-6], [1], [1]), "x", ""),
    "mix": mix.draw(Mix(["a", "b"], [NAN, 1], [INF, 0]), ""),
    "empty mix": mix.draw(Mix(["a"], [0], [0]), ""),
    "words": words.draw(Words(["a"], [NAN], [1e-12]), ""),
    "points": scatter.draw(Map([(0, NAN), (1, 2)], [(INF, 0), (3e38, -3e38)]), ""),
    "one point": scatter.draw(Map([(1, 2)], []), ""),
    "distance": distance.draw(moved(NAN, 0.1, False), 2.0),
    "threshold": distance.draw(moved(0.1, INF, False), 2.0),
    "threshold of 0": distance.draw(moved(0.1, 0, True), distance.reach([moved(0.1, 0, True)])),
    "interval": accuracy.draw(AccuracyEstimate(0.9, 0.8, NAN, INF, "", NAN), ""),
    "reference": accuracy.draw(AccuracyEstimate(NAN, 0.8, 0.7, 0.9, "", None), ""),
    "beyond 1": accuracy.draw(AccuracyEstimate(1.0, 1.2, -0.3, 1.7, "", None), ""),
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
        if "Z" in element.get("d", ""):
            assert all(0 <= x <= width and 0 <= y <= height for x, y in corners(element))


@pytest.mark.parametrize(
    "drawn",
    [
        histogram.draw(Histogram([NAN, INF], [1], [1]), "x", ""),
        mix.draw(Mix([], [], []), ""),
        words.draw(Words([], [], []), ""),
        scatter.draw(Map([(NAN, 0)], []), ""),
        accuracy.draw(AccuracyEstimate(NAN, NAN, 0, 1, "", 0.5), ""),
    ],
)
def test_nothing_is_drawn_of_nothing(drawn):
    assert drawn is None


def test_a_chart_says_what_it_shows_to_those_who_cannot_see_it():
    chart = parsed(histogram.draw(HISTOGRAM, "pixels", 'wider: "3" → <4>'))
    assert chart.get("role") == "img"
    assert chart.get("aria-label") == 'wider: "3" → <4>'


def test_a_histogram_has_a_filled_current_side_and_a_dashed_reference():
    drawn = histogram.draw(HISTOGRAM, "pixels", "")
    *_, current = classed(drawn, "current-area")
    *_, reference = classed(drawn, "reference-line")
    assert current.get("d").endswith("Z") and not reference.get("d").endswith("Z")
    (_, base), (_, low), _, (_, high), *_ = corners(reference)
    assert base - high == pytest.approx(3 * (base - low), abs=0.5)
    (_, base), (_, first), _, (_, second), *_ = corners(current)
    assert first == second


def test_a_histogram_names_quantity_values_and_shares():
    shown = texts(histogram.draw(Histogram([0, 50, 100], [0.5, 0.5], [0, 1]), "pixels", ""))
    assert {"pixels", "share of examples", "reference", "current", "0%", "100%"} <= set(shown)
    assert {"0", "50", "100"} <= set(shown)


def test_bars_are_as_long_as_shares_and_the_class_that_moved_most_comes_first():
    drawn = mix.draw(Mix(["still", "up"], [0.4, 0.2], [0.4, 0.6]), "")
    shown = texts(drawn)
    assert shown.index("up") < shown.index("still")
    assert "20.0% → 60.0%" in shown
    _, up, still = (float(bar.get("width")) for bar in classed(drawn, "current-bar"))
    assert up == pytest.approx(1.5 * still, rel=0.01)
    assert len(classed(drawn, "reference-bar")) == 3


def test_of_many_classes_those_are_drawn_that_moved_most():
    names = [f"class {i}" for i in range(100)]
    mixed = Mix(names, [0.01] * 100, [0.01 + i / 10_000 for i in range(100)])
    shown, others = rows.moved_most(mixed)
    assert [row.name for row in shown] == names[:-13:-1]
    assert len(others) == 88 and others[0].name == "class 87"


def test_a_word_that_got_more_frequent_has_its_solid_mark_to_the_right():
    drawn = words.draw(Words(["film"], [0.1], [0.5]), "")
    reference, current = classed(drawn, "reference-mark")[-1], classed(drawn, "current-mark")[-1]
    assert float(reference.get("cx")) < float(current.get("cx"))


def test_words_keep_their_order_and_the_first_are_shown():
    names = [f"word{i}" for i in range(20)]
    drawn = words.draw(Words(names, [0.1] * 20, [0.1 + i / 100 for i in range(20)]), "")
    assert [text for text in texts(drawn) if text in names] == names[: rows.MAX_ROWS]


def test_a_map_is_scaled_alike_both_ways():
    drawn = scatter.draw(Map([(0, 0), (10, 0), (0, 5)], []), "")
    (points,) = [each for each in classed(drawn, "reference-point") if each.get("d")]
    moves = re.findall(r"M([-\d.]+) ([-\d.]+)", points.get("d"))
    (x, y), (right, _), (_, above) = (tuple(map(float, move)) for move in moves)
    assert right - x == pytest.approx(2 * (y - above), abs=0.3)


def test_a_map_of_many_points_shows_some_of_all_parts():
    line = [(float(i), 0.0) for i in range(10_000)]
    drawn = scatter.draw(Map(line, line), "")
    for style in ("reference-point", "current-point"):
        (points,) = [each for each in classed(drawn, style) if each.get("d")]
        across = [float(x) for x in re.findall(r"M([-\d.]+)", points.get("d"))]
        assert scatter.MAX_POINTS // 2 < len(across) <= scatter.MAX_POINTS
        assert min(across) < 20 and max(across) > svg.WIDTH - 20


def test_a_bar_reaches_beyond_the_threshold_as_far_as_it_moved():
    far, near = moved(0.3, 0.1, True), moved(0.05, 0.1, False)
    end = distance.reach([far, near])
    (threshold,) = classed(distance.draw(far, end), "threshold")
    (solid,) = classed(distance.draw(far, end), "current-bar")
    (hollow,) = classed(distance.draw(near, end), "reference-bar")
    at = float(threshold.get("x1"))
    assert float(solid.get("width")) == pytest.approx(3 * at, rel=0.01)
    assert float(hollow.get("width")) == pytest.approx(at / 2, rel=0.01)


def test_a_bar_beyond_the_axis_is_broken():
    end = distance.reach([moved(100, 0.1, True)])
    assert len(classed(distance.draw(moved(100, 0.1, True), end), "current-bar")) == 2


def test_accuracies_lie_on_one_axis_in_three_shapes():
    estimate = AccuracyEstimate(0.9, 0.8, 0.75, 0.85, "", 0.7)
    drawn = accuracy.draw(estimate, "")
    reference, measured = classed(drawn, "reference-mark")
    (guess,) = classed(drawn, "current-mark")
    assert (reference.tag, measured.tag, guess.tag) == ("circle", "rect", "circle")
    middle = float(measured.get("x")) + float(measured.get("width")) / 2
    assert middle < float(guess.get("cx")) < float(reference.get("cx"))
    assert {"90.0%", "80.0%", "70.0%"} <= set(texts(drawn))
    assert "measured" not in texts(accuracy.draw(replace(estimate, measured=None), ""))
