"""Guesses how well the model does on examples whose labels nobody knows.

By optimal transport (Lu et al., "Predicting Out-of-Distribution Error with Confidence Optimal
Transport", 2023): each example is given a class, so that the classes come out in the mix that they
are known or assumed to have, and the model's probabilities are contradicted as little as possible.
A model that degrades favours some classes, wrongly and with confidence; methods that read its
confidence alone believe it.

The paper has two ways from there to an accuracy: how much more the examples are contradicted than
the reference's, on average, and how many of them are more than a threshold, set on the reference.
They err on different sides, so their mean is taken.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from components.drift_report.model_view import View
from components.drift_report.report import AccuracyEstimate

METHOD = "confidence optimal transport, with and without a threshold (Lu et al., 2023)"

_AT_MOST = 2000
_NORMAL_95 = 1.96


def estimate(
    reference: View,
    reference_labels: Sequence[str],
    current: View,
    current_labels: Sequence[str] | None,
    seed: int,
) -> AccuracyEstimate:
    """Estimates the accuracy on the current examples.

    Args:
      reference: what the model makes of examples that it has not learned from.
      reference_labels: their classes.
      current: what it makes of the current ones.
      current_labels: their classes, where they are known. Of these the estimate takes the mix
        alone; where they are not known, it assumes the reference's mix.
      seed: of the part that is looked at, where there are many examples.
    """
    classes = list(reference.classes)
    right = np.array(reference.predicted) == np.array(reference_labels, dtype=object)
    costs = contradiction(reference, _mix(reference_labels, classes), seed)
    threshold = np.quantile(costs, right.mean())
    known = current_labels is not None and set(current_labels) <= set(classes)
    expected = _mix(current_labels if known else reference_labels, classes)
    current_costs = contradiction(current, expected, seed)
    below = (current_costs <= threshold).mean()
    less = right.mean() - (current_costs.mean() - costs.mean())
    guess = float(np.clip((below + less) / 2, 0, 1))
    error = _NORMAL_95 * np.sqrt(
        guess * (1 - guess) / len(current_costs) + right.mean() * (1 - right.mean()) / len(right)
    )
    measured = None
    if current_labels is not None:
        measured = float(
            np.mean(np.array(current.predicted) == np.array(current_labels, dtype=object))
        )
    return AccuracyEstimate(
        reference=float(right.mean()),
        current=guess,
        low=float(max(0.0, guess - error)),
        high=float(min(1.0, guess + error)),
        method=METHOD,
        measured=measured,
    )


def contradiction(view: View, expected: np.ndarray, seed: int) -> np.ndarray:
    """Returns what the model's probabilities are contradicted, example by example.

    Args:
      view: what the model makes of the examples.
      expected: the mix of classes, [classes], adding up to 1.
      seed: of the examples that are looked at, where there are more than 2,000.

    Returns:
      1 minus the probability of the class that an example is given: [examples, at most 2,000].
    """
    rows = np.random.default_rng(seed).permutation(len(view.probabilities))[:_AT_MOST]
    given = np.repeat(np.arange(len(expected)), _whole(expected, len(rows)))
    costs = 1 - view.probabilities[rows][:, given]
    example, place = linear_sum_assignment(costs)
    return costs[example, place]


def _mix(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    counts = np.array([sum(label == name for label in labels) for name in classes], float)
    return counts / counts.sum() if counts.any() else np.full(len(classes), 1 / len(classes))


def _whole(shares: np.ndarray, total: int) -> np.ndarray:
    """Rounds shares to whole numbers with a given sum, by the largest remainders."""
    counts = np.floor(shares * total).astype(int)
    remainders = np.argsort(counts - shares * total, kind="stable")
    counts[remainders[: total - counts.sum()]] += 1
    return counts
