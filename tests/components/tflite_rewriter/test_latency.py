"""Claims about timing a model."""

import time

import numpy as np
import pytest

from components.tflite_rewriter import latency
from components.tflite_rewriter.latency import measure


def test_the_median_and_the_tail_are_those_of_the_calls():
    """One call in five takes 20 ms longer: the tail shows it, the median does not; the examples are
    gone through in turn, and the first calls are the warm-up's."""
    asked = []

    def answer(example: np.ndarray) -> np.ndarray:
        slow = 0.02 if len(asked) % 5 == 4 else 0.0
        asked.append(float(example))
        time.sleep(slow)
        return example

    found = measure(answer, np.arange(7.0), threads=2)
    assert (found.threads, found.examples) == (2, 200)
    assert found.median_ms < 5
    assert 20 <= found.p95_ms < 200
    assert asked[:9] == [0, 1, 2, 3, 4, 5, 6, 0, 1]


@pytest.mark.parametrize(("seconds", "fewest"), [(0.0, 5), (0.3, 6)])
def test_a_slow_model_is_timed_on_fewer_examples(monkeypatch, seconds, fewest):
    """Time is bounded, but a few examples are always timed."""
    monkeypatch.setattr(latency, "SECONDS", seconds)
    monkeypatch.setattr(latency, "_WARM_UP", 1)
    found = measure(lambda example: time.sleep(0.02), np.zeros((3, 1)), threads=1)
    assert fewest <= found.examples <= 16
    assert found.median_ms >= 20
