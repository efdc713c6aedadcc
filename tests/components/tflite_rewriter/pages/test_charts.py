"""Charts say what the numbers say, are finite whatever these are, and read without colour."""

import re
from itertools import combinations

import pytest

from components.pages import svg
from components.tflite_rewriter.compare import Interval
from components.tflite_rewriter.pages.charts import differences, labels, sizes
from components.tflite_rewriter.pages.charts.labels import Box
from components.tflite_rewriter.pages.charts.span import span
from components.tflite_rewriter.pages.charts.tradeoff import Tradeoff, Tried
from tests.components.pages.drawn import classed, parsed, texts

FRAME = Box(0, 0, 400, 200)


def place(mark, key="cx"):
    return float(mark.get(key).rstrip("%"))


def around(value, width=0.002):
    return Interval(value, value - width, value + width)


def tried(name="float32", cost=100.0, lost=0.0, status="within", blessed=False, number=1):
    return Tried(name, number, cost, around(-lost), status, blessed)


def draw(*those, by_name=True, max_drop=0.005):
    return Tradeoff(those, max_drop, "KiB").draw(by_name, "")


def test_the_span_holds_the_tolerance_and_all_intervals():
    """And a little room."""
    low, high = span([around(-0.01), around(0.003)], 0.02)
    assert low < -0.02 and high > 0.005
    assert span([], 0.005)[0] < -0.005


def test_one_variant_that_lost_everything_does_not_press_the_others_together():
    """It lies beyond the span, unless most others do."""
    low, _ = span([around(0), around(-0.001), around(-0.8)], 0.005)
    assert -0.05 < low < -0.005
    low, _ = span([around(-0.001), around(-0.7), around(-0.8)], 0.005)
    assert low < -0.7


def test_a_row_lies_left_of_what_it_loses_against():
    """A loss is left of the SavedModel, more than is allowed left of the tolerance too."""
    among = differences.of_rows([around(0.0), around(-0.002), around(-0.015)], 0.01)
    slight = differences.draw(around(-0.002), among, wrong=False)
    large = differences.draw(around(-0.015), among, wrong=True)
    (same,), (allowed,) = classed(slight, "base"), classed(slight, "threshold")
    (slightly,), (largely,) = classed(slight, "kept-mark"), classed(large, "kept-mark")
    assert place(largely) < place(allowed, "x1") < place(slightly) < place(same, "x1")
    assert "wrong" in largely.get("class") and "wrong" not in slightly.get("class")


def test_labels_of_both_lines_have_room():
    """Wherever the rows lie."""
    for values in ([0.0], [-0.3], [0.2, 0.1], []):
        among = differences.of_rows([around(value) for value in values], 0.005)
        assert among.along(-0.005) >= 35.9 and among.along(0.0) <= 64.1


def test_a_row_beyond_the_axis_is_hollow_at_its_edge():
    """So that it does not look as if it lay there."""
    among = differences.of_rows([around(0.0), around(0.0), around(-0.8)], 0.005)
    drawn = differences.draw(around(-0.8), among, wrong=True)
    (mark,) = classed(drawn, "hollow-mark")
    assert place(mark) == 0 and not classed(drawn, "kept-mark")
    assert not classed(differences.draw(None, among, wrong=False), "interval")


def test_a_bar_is_as_long_as_the_size_and_filled_as_far_as_compressed():
    """In per cent of the largest."""
    drawn = sizes.draw(500, 300, 1000)
    (hollow,), (filled,) = classed(drawn, "hollow-bar"), classed(drawn, "filled-bar")
    assert (hollow.get("width"), filled.get("width")) == ("50%", "30%")
    assert not classed(sizes.draw(500, None, 1000), "filled-bar")


def test_what_costs_less_lies_left_and_what_loses_more_lies_lower():
    """With the blessed one in a ring."""
    drawn = draw(tried(cost=1000), tried("int8", 50, 0.004, blessed=True))
    (ring,) = classed(drawn, "ring")
    large, small = sorted(classed(drawn, "kept-mark"), key=place, reverse=True)
    assert place(small) < place(large) and place(small, "cy") > place(large, "cy")
    assert (place(ring), place(ring, "cy")) == (place(small), place(small, "cy"))
    (allowed,) = classed(drawn, "threshold")
    assert place(small, "cy") < place(allowed, "y1")


def test_results_differ_in_shape():
    """A disc, a circle, a cross."""
    drawn = draw(
        tried(), tried("b", 10, status="not enough examples"), tried("c", 5, 0.02, "not within")
    )
    assert len(classed(drawn, "kept-mark")) == len(classed(drawn, "hollow-mark")) == 1
    assert len(classed(drawn, "cross")) == 2


def test_a_mark_that_lies_beyond_points_there():
    """From inside the frame."""
    drawn = draw(tried(), tried("b"), tried("c", 5, 0.8, "not within"))
    (arrow,) = classed(drawn, "beyond")
    tip = max(float(y) for y in re.findall(r" ([\d.]+)", arrow.get("d")))
    assert tip <= max(place(each, "y2") for each in classed(drawn, "rule"))


def test_marks_have_names_where_there_is_room_or_else_numbers():
    """All of them, or none."""
    few = [tried("float32", 1000), tried("int8", 300)]
    assert Tradeoff(few, 0.005, "KiB").has_room_for_names()
    assert {"float32", "int8"} <= set(texts(draw(*few)))
    many = [tried(f"student_{i} dynamic_range", 1000 + i, number=i) for i in range(1, 25)]
    assert not Tradeoff(many, 0.005, "KiB").has_room_for_names()
    assert "24" in texts(draw(*many, by_name=False))


@pytest.mark.parametrize(
    ("costs", "ticks"),
    [
        ([60], ["50", "100"]),
        ([0.016, 0.039], ["0.01", "0.02", "0.05"]),
        ([60, 180], ["50", "100", "200"]),
        ([3, 40_000], ["10", "100", "1,000", "10,000"]),
    ],
)
def test_costs_have_round_ticks(costs, ticks):
    """Few of them, however far costs lie apart."""
    drawn = draw(*(tried(cost=cost) for cost in costs))
    bottom = max(float(each.get("y")) for each in parsed(drawn).iter("text")) - 10
    written = [
        each.text
        for each in parsed(drawn).iter("text")
        if bottom - 25 < float(each.get("y")) < bottom and each.get("text-anchor") == "middle"
    ]
    assert written == ticks


def test_labels_cover_neither_each_other_nor_marks_nor_what_is_taken():
    """Even where marks lie on top of each other."""
    marks = [(100, 100), (101, 100), (101, 100), (130, 104), (300, 20)]
    taken = [Box(100, 60, 200, 90)]
    placed = labels.place(marks, ["dynamic_range", "int8", "float16", "float32", "x"], taken, FRAME)
    assert None not in placed
    boxes = [*taken, *(label.box for label in placed)]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    assert all(FRAME.holds(label.box) for label in placed)
    for label in placed:
        assert not any(label.box.meets(Box(x - 5, y - 5, x + 5, y + 5)) for x, y in marks)


def test_a_label_that_another_mark_might_claim_has_a_line():
    """A label alone stands beside its mark without one."""
    (alone,) = labels.place([(100, 100)], ["int8"], [], FRAME)
    assert not alone.away and alone.box.left > 100
    placed = labels.place([(100, 100), (100, 101), (101, 99)], ["one", "two", "three"], [], FRAME)
    assert all(label.away or label.anchor != "middle" for label in placed)


def test_a_label_without_room_is_left_out():
    """And those behind it still have theirs."""
    placed = labels.place([(100, 100), (200, 100)], ["x" * 100, "int8"], [], FRAME)
    assert placed[0] is None and placed[1] is not None


@pytest.mark.parametrize(
    "those",
    [
        [tried(cost=1e-9)],
        [tried(cost=1e12), tried(cost=1e-6, lost=1.0, status="not within")],
        [tried(lost=-1.0), tried(lost=1.0), tried(lost=0.5)],
        [tried("貓" * 80, number=10**6)] * 30,
    ],
)
def test_a_chart_is_finite_and_within_its_frame_whatever_the_numbers(those):
    """No coordinate is outside."""
    for by_name in (True, False):
        chart = parsed(draw(*those, by_name=by_name))
        _, _, width, height = map(float, chart.get("viewBox").split())
        for element in chart.iter():
            for key, value in element.items():
                assert not re.search(r"nan|inf\b", value), (key, value)
            for across, up in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
                assert 0 <= float(element.get(across, 0)) <= width
                assert 0 <= float(element.get(up, 0)) <= height
    assert width == svg.WIDTH
