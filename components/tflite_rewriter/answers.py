"""What a model answers when it is asked one example at a time, as a device asks it."""

from collections.abc import Callable

import numpy as np

Answer = Callable[[np.ndarray], np.ndarray]
"""From the network's input for one example, [...], to its probabilities, float [classes]."""


def answer_all(answer: Answer, inputs: np.ndarray) -> np.ndarray:
    """Asks for each example.

    Args:
      answer: of an opened model.
      inputs: [examples, ...].

    Returns:
      Probabilities [examples, classes], float32.

    Raises:
      ValueError: an answer is not finite.
    """
    probabilities = np.stack([answer(each) for each in inputs]).astype(np.float32)
    if not np.isfinite(probabilities).all():
        raise ValueError("the probabilities are not all finite")
    return probabilities
