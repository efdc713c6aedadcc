"""How much worse one classifier is than another, at most and at least, on the same examples.

Only the examples count on which one of the two is right and the other wrong. The test is the score
test for the difference of two paired proportions, and the bounds are the differences that it does
not reject (Tango, "Equivalence test and confidence interval for the difference in proportions for
the paired-sample design", Statistics in Medicine 17, 1998). With no difference to be tested it is
McNemar's test. Unlike the textbook's normal interval it holds for few examples, and where the two
never differ. How many examples a comparison takes follows Nam, "Establishing equivalence of two
treatments and sample size requirements in matched-pairs design", Biometrics 53, 1997.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, binomtest, norm

_HALVINGS = 60


class Paired(NamedTuple):
    """What a candidate and a baseline have right of the same examples; arrays of one shape."""

    examples: np.ndarray
    """At least 1."""
    right: np.ndarray
    """By the candidate."""
    only_candidate: np.ndarray
    """Right by the candidate, wrong by the baseline."""
    only_baseline: np.ndarray

    @property
    def accuracy(self) -> np.ndarray:
        """Of the candidate, in 0..1."""
        return self.right / self.examples

    @property
    def baseline_accuracy(self) -> np.ndarray:
        """Likewise of the baseline."""
        return (self.right - self.only_candidate + self.only_baseline) / self.examples

    @property
    def difference(self) -> np.ndarray:
        """Accuracy of the candidate minus that of the baseline, in -1..1."""
        return (self.only_candidate - self.only_baseline) / self.examples

    @property
    def discordance(self) -> np.ndarray:
        """The share of examples that the two differ on, by Jeffreys' estimate: never 0, as two
        that agree on a few examples will differ on others."""
        return (self.only_candidate + self.only_baseline + 0.5) / (self.examples + 1)


def count(candidate_right: np.ndarray, baseline_right: np.ndarray) -> Paired:
    """Counts what two classifiers have right.

    Args:
      candidate_right: bool [examples].
      baseline_right: likewise.
    """
    return Paired(
        np.array(len(candidate_right)),
        np.sum(candidate_right),
        np.sum(candidate_right & ~baseline_right),
        np.sum(baseline_right & ~candidate_right),
    )


def score(paired: Paired, difference: np.ndarray | float) -> np.ndarray:
    """Returns by how many standard errors the observed difference lies above a given one.

    Args:
      paired: counts.
      difference: in -1..1, of the counts' shape or one that broadcasts to it.
    """
    examples, _, gains, losses = paired
    # Mirrored where it is positive, so that nothing below cancels out.
    mirrored = np.asarray(difference) > 0
    gains, losses = np.where(mirrored, losses, gains), np.where(mirrored, gains, losses)
    given = -np.abs(difference)
    linear = gains + losses - given * (2 * examples - gains + losses)
    root = np.sqrt(np.maximum(linear**2 + 8 * examples * losses * given * (1 - given), 0))
    # The likeliest share of losses, where the true difference is the given one.
    lost = (linear + root) / (4 * examples)
    variance = np.maximum(examples * (2 * lost + given - given**2), 0)
    above = gains - losses - examples * given
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(above == 0, 0.0, above / np.sqrt(variance))
    return np.where(mirrored, -errors, errors)


def non_inferiority(paired: Paired, margin: float) -> np.ndarray:
    """Returns how often chance alone would make a candidate look as good as this one, if it were
    worse than the baseline by just the margin: small where it is shown to be less than that worse.

    Args:
      paired: counts.
      margin: in 0..1.
    """
    return norm.sf(score(paired, -margin))


def inferiority(paired: Paired, margin: float) -> np.ndarray:
    """Returns how often chance alone would leave a candidate as far behind as this one, if it were
    worse than the baseline by just the margin: small where it is shown to be more than that worse.

    It is never below that of McNemar's exact test, so a candidate that is no worse at all is not
    accused more often than the p-value says, however few the examples.

    Args:
      paired: counts.
      margin: in 0..1.
    """
    differ = paired.only_candidate + paired.only_baseline
    return np.maximum(
        norm.cdf(score(paired, -margin)), binom.cdf(paired.only_candidate, differ, 0.5)
    )


def bounds(paired: Paired, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns a lower and an upper bound of the true difference.

    Args:
      paired: counts.
      confidence: with which each of the two holds, in 0.5..1; both together hold with less.
    """
    limit = norm.ppf(confidence)
    observed = np.asarray(paired.difference, float)
    low = _where_score_is(limit, paired, np.full_like(observed, -1), observed)
    mirrored = paired._replace(
        only_candidate=paired.only_baseline, only_baseline=paired.only_candidate
    )
    return low, -_where_score_is(limit, mirrored, np.full_like(observed, -1), -observed)


def _where_score_is(limit: float, paired: Paired, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Halves the way from `low` to `high` until it is at the difference of a given score; scores
    fall as differences rise."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        too_low = score(paired, middle) > limit
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return low


def accuracy_bounds(right: int, examples: int, confidence: float) -> tuple[float, float]:
    """Returns a lower and an upper bound of a true accuracy: Wilson's.

    Args:
      right: so many of the examples.
      examples: at least 1.
      confidence: with which each of the two holds, in 0.5..1; both together hold with less.
    """
    found = binomtest(right, examples).proportion_ci(2 * confidence - 1, method="wilson")
    return float(found.low), float(found.high)


def examples_needed(
    discordance: np.ndarray | float, margin: float, confidence: float, power: float
) -> np.ndarray:
    """Returns how many examples show that a candidate as good as the baseline is not more than
    the margin worse.

    Args:
      discordance: the share of examples that the two differ on, in 0..1.
      margin: in 0..1.
      confidence: of the test, in 0.5..1.
      power: in so many cases, in 0..1.

    Returns:
      Whole numbers as floats; infinity for a margin of 0, which no number of examples can show.
    """
    if margin == 0:
        return np.full(np.shape(discordance), np.inf)
    errors = _errors_at_one_example(discordance, margin, confidence, power)
    return np.maximum(1, np.ceil((errors / margin) ** 2))


def margin_needed(examples: int, discordance: float, confidence: float, power: float) -> float:
    """Returns the margin for which a number of examples is enough; see `examples_needed`."""

    def spare(margin: float) -> float:
        errors = _errors_at_one_example(discordance, margin, confidence, power)
        return margin * np.sqrt(examples) - float(errors)

    return float(brentq(spare, 0, 1)) if spare(1) > 0 else 1.0


def _errors_at_one_example(
    discordance: np.ndarray | float, margin: float, confidence: float, power: float
) -> np.ndarray:
    """Returns the sum of the normal quantiles times standard errors: where the true difference is
    the margin, and where it is 0."""
    spread = np.sqrt(discordance**2 + 4 * margin**2 * (1 - discordance))
    at_margin = np.maximum((discordance + spread) / 2 - margin**2, 0)
    return norm.ppf(confidence) * np.sqrt(at_margin) + norm.ppf(power) * np.sqrt(discordance)
