"""Claims about what keeps to the tolerance, and what is blessed of it."""

import re

import numpy as np
import pytest

from components.tflite_rewriter.compare import Comparison, compare, right
from components.tflite_rewriter.judge import choose, judge
from components.tflite_rewriter.latency import Latency
from components.tflite_rewriter.report import Row
from components.tflite_rewriter.settings import Settings


def settings(**changes) -> Settings:
    defaults = {
        "examples": 1000,
        "variants": ("float32", "int8"),
        "max_accuracy_drop": 0.01,
        "min_agreement": 0.9,
    }
    return Settings(**{**defaults, **changes})


def compared(lost: int, gained: int, examples: int, difference: float = 0.05) -> Comparison:
    """Compares answers of two classes: the SavedModel has all right but those that are gained."""
    truth = np.zeros(examples, int)
    own = np.tile([0.9, 0.1], (examples, 1))
    own[:gained] = [0.1, 0.9]
    variant = np.tile([0.9 - difference, 0.1 + difference], (examples, 1))
    variant[gained : gained + lost] = [0.1, 0.9]
    return compare(variant, own, truth, right(own, truth), 0.95)


@pytest.mark.parametrize(
    ("lost", "gained", "examples", "status"),
    [
        (0, 0, 1000, "within"),
        (3, 3, 1000, "within"),
        (30, 0, 1000, "not within"),
        (8, 0, 1000, "not enough examples"),
        (0, 0, 200, "not enough examples"),
        (800, 0, 100_000, "within"),
        (1100, 0, 100_000, "not within"),
        (1100, 1000, 100_000, "within"),
    ],
)
def test_a_model_has_to_show_that_it_keeps_to_the_tolerance(lost, gained, examples, status):
    """A point is allowed. Chance is told from loss by what the two models differ on: 8 lost of
    1,000 may be more, 800 of 100,000 are not."""
    found, reason = judge(compared(lost, gained, examples), examples, settings())
    assert (found, f"on {examples:,} examples" in reason) == (status, True)


def test_a_model_that_is_a_point_worse_is_seldom_passed():
    """Of 400 variants that are worse by just the tolerance at most 5 % pass, up to the noise of so
    many."""
    random = np.random.default_rng(1)
    passed = 0
    for lost, gained, _ in random.multinomial(1000, [0.02, 0.01, 0.97], 400):
        comparison = compared(lost, gained, 1000)
        passed += judge(comparison, 1000, settings())[0] == "within"
    assert passed / 400 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_what_is_undecided_says_how_many_examples_would_decide():
    """With so many, a variant that differs from the SavedModel as often passes."""
    half_a_point = settings(max_accuracy_drop=0.005)
    status, reason = judge(compared(4, 4, 500), 500, half_a_point)
    assert status == "not enough examples"
    enough = int(re.search(r"; about ([\d,]+) examples would decide", reason)[1].replace(",", ""))
    differ = round(0.008 * enough)
    assert judge(compared(differ, differ, enough), enough, half_a_point)[0] == "within"


def test_the_saved_model_s_answers_need_no_proof():
    """On ten examples nothing can be shown; a float32 file that answers the same, up to rounding,
    has nothing to show. A quantised one has."""
    same = judge(compared(0, 0, 10, difference=1e-6), 10, settings())
    assert same == ("within", "the SavedModel's answers, on 10 examples")
    assert judge(compared(0, 0, 10, difference=1e-2), 10, settings())[0] == "not enough examples"


def test_agreement_is_asked_for_beside_accuracy():
    """A variant that gains what it loses has the accuracy, and other answers."""
    status, reason = judge(compared(60, 60, 1000), 1000, settings())
    assert status == "not within"
    assert "88.00% of the examples, fewer than 90.00%" in reason


def row(variant: str, size: int, milliseconds: float, status: str = "within") -> Row:
    latencies = (Latency(1, 9, milliseconds, 9.0), Latency(2, 9, 0.01, 9.0))
    return Row("served", variant, status, "", bytes=size, latencies=latencies)


ROWS = [
    row("saved_model", 1, 0.1),
    row("float32", 4000, 3.0),
    row("dynamic_range", 1000, 2.0),
    row("int8", 1100, 1.0),
    row("onnx", 500, 0.5),
]


def test_the_smallest_or_the_fastest_is_chosen():
    """Latency is that with one thread; what is not for phones is never chosen."""
    assert choose(ROWS, "size").variant == "dynamic_range"
    assert choose(ROWS, "latency").variant == "int8"


@pytest.mark.parametrize("status", ["not within", "not enough examples", "failed"])
def test_only_what_keeps_to_the_tolerance_is_chosen(status):
    """However small, and whatever the reason."""
    rows = [row("float32", 4000, 3.0), row("int8", 10, 0.1, status)]
    assert choose(rows, "size").variant == "float32"
    assert choose(rows[1:], "size") is None
