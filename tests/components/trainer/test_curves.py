"""The picture is one whole SVG file that shows every epoch, in round numbers."""

import math
from xml.etree import ElementTree

import pytest

from components.trainer.curves import draw, ticks

SVG = "{http://www.w3.org/2000/svg}"


def epochs(*figures: tuple[float, float, float, float]) -> list[dict[str, float]]:
    keys = ("loss", "accuracy", "eval_loss", "eval_accuracy")
    return [
        {"epoch": number, **dict(zip(keys, values, strict=True))}
        for number, values in enumerate(figures, 1)
    ]


FALLING = epochs((2.0, 0.2, 2.1, 0.1), (1.0, 0.6, 0.9, 0.7), (0.5, 0.9, 1.2, 0.65))


def words(svg: str) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def lines(svg: str) -> list[list[tuple[float, float]]]:
    found = ElementTree.fromstring(svg).iter(f"{SVG}polyline")
    return [[tuple(map(float, p.split(","))) for p in e.get("points").split()] for e in found]


def test_each_split_has_a_point_an_epoch_and_higher_is_up():
    train, evaluation, accuracy, _ = lines(draw(FALLING))
    assert [len(line) for line in (train, evaluation, accuracy)] == [3, 3, 3]
    heights = [y for _, y in train]
    assert heights == sorted(heights)
    assert [y for _, y in accuracy] == sorted((y for _, y in accuracy), reverse=True)
    # Both splits share one scale: 2.1 lies above 2.0.
    assert evaluation[0][1] < train[0][1]


def test_the_best_epoch_and_the_last_figures_are_in_words():
    found = words(draw(FALLING))
    assert "best on eval: 0.900, epoch 2" in found
    assert "best on eval: 0.700, epoch 2" in found
    assert {"train 0.500", "eval 1.200", "train 0.900", "eval 0.650"} <= set(found)


def test_the_splits_differ_without_colour():
    dashes = [
        element.get("stroke-dasharray")
        for element in ElementTree.fromstring(draw(FALLING)).iter(f"{SVG}polyline")
    ]
    assert dashes[0] and not dashes[1]


def test_nothing_lies_outside_and_nothing_is_fetched():
    svg = draw(FALLING)
    for line in lines(svg):
        assert all(0 < x < 460 and 0 < y < 300 for x, y in line)
    assert "href" not in svg and "url(" not in svg


@pytest.mark.parametrize(
    "given",
    [FALLING[:1], epochs(*[(1.0, 1.0, 1.0, 1.0)] * 3), epochs((1.0, 0.5, math.nan, 0.5))],
    ids=["one epoch", "all the same", "an eval loss that is no number"],
)
def test_odd_figures_are_drawn_too(given):
    assert "nan," not in draw(given) and ",nan" not in draw(given)
    assert "epoch" in words(draw(given))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.02, 0.98, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (1, 30, [0, 5, 10, 15, 20, 25, 30]),
        (3, 3, [3, 3.1]),
        (0, 0, [0, 0.1]),
        (0.991, 0.9932, [0.991, 0.9915, 0.992, 0.9925, 0.993, 0.9935]),
    ],
)
def test_ticks_are_round_and_reach_around_the_values(low, high, expected):
    assert ticks(low, high) == expected
