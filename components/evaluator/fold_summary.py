"""What the accuracies of K folds say together: mean, spread, and how sure the mean is."""

import math
import statistics
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Fold:
    """One fold, held out from a training on the others."""

    number: int
    seed: int
    """Of the training."""
    trained_on: int
    """Examples, those to stop early by left out."""
    examples: int
    """In the fold."""
    accuracy: float
    """On the fold, in 0..1."""


@dataclass(frozen=True)
class FoldSummary:
    """Two folds or more."""

    folds: tuple[Fold, ...]

    @cached_property
    def _accuracies(self) -> list[float]:
        return [fold.accuracy for fold in self.folds]

    @property
    def mean(self) -> float:
        """Of the folds' accuracies, each with the same weight."""
        return statistics.fmean(self._accuracies)

    @property
    def spread(self) -> float:
        """The standard deviation of the folds' accuracies."""
        return statistics.stdev(self._accuracies)

    @property
    def sampling(self) -> float:
        """The standard deviation that comes of which examples lie in a fold, and nothing else."""
        examples = statistics.fmean(fold.examples for fold in self.folds)
        return math.sqrt(self.mean * (1 - self.mean) / examples)

    @property
    def standard_error(self) -> float:
        """Of the mean: an estimate, as trainings that share examples are not independent.

        No estimate of it is free of bias (Bengio and Grandvalet, 2004, "No Unbiased Estimator of
        the Variance of K-Fold Cross-Validation"), and the spread over √K is much too small. This is
        the correction of Nadeau and Bengio (2003, "Inference for the Generalization Error"): the
        share of a fold in what it is held out from is added to 1 / K.
        """
        count = len(self.folds)
        return self.spread * math.sqrt(1 / count + 1 / (count - 1))

    @property
    def difference(self) -> float:
        """How far apart two equally good models may come out by chance, in 19 cases of 20.

        Of two independent numbers with this spread; of two models on the same examples, it is less.
        """
        return 1.96 * math.sqrt(2) * self.spread
