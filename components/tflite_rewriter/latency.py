"""How long a model takes for one example."""

import time
from dataclasses import dataclass

import numpy as np

from components.tflite_rewriter.answers import Answer

EXAMPLES = 200
SECONDS = 4.0
"""No more examples are timed after so long, but always a few."""
_FEWEST = 5
_WARM_UP = 10
_WARM_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Latency:
    """Of the network alone, from its input tensor to its probabilities."""

    threads: int
    examples: int
    """So many were timed, one at a time."""
    median_ms: float
    p95_ms: float


def measure(answer: Answer, inputs: np.ndarray, threads: int) -> Latency:
    """Times an opened model, after a warm-up.

    Args:
      answer: of a model that was opened with `threads`.
      inputs: [examples, ...]; they are gone through in turn until enough are timed.
      threads: told in the result.
    """
    _times(answer, inputs, _WARM_UP, _WARM_UP_SECONDS)
    milliseconds = 1e3 * np.array(_times(answer, inputs, EXAMPLES, SECONDS))
    return Latency(
        threads=threads,
        examples=len(milliseconds),
        median_ms=float(np.median(milliseconds)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def _times(answer: Answer, inputs: np.ndarray, most: int, seconds: float) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < most and (len(times) < _FEWEST or time.perf_counter() < end):
        example = inputs[len(times) % len(inputs)]
        start = time.perf_counter()
        answer(example)
        times.append(time.perf_counter() - start)
    return times
