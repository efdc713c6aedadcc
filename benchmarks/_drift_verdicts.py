"""Our own verdicts on many samples against one reference.

A report takes seconds. Most of what it compares depends on the reference and on one example at a
time, and its threshold on the reference and on the size of the sample. So the first sample of a
size is judged as a whole, as a report does it. If anything of that kind in a later one is beyond
the threshold that the first one had, it has drifted; if not, it too is judged as a whole.
"""

from collections.abc import Mapping

import numpy as np
from _drift_rows import Rows

from components.drift_report import measures
from components.drift_report.assess import plain_measures
from components.drift_report.calibration import Comparison, Outcome, judge
from components.drift_report.measures import Measure
from components.drift_report.neighbours import neighbourhood
from components.drift_report.projection import project
from components.drift_report.report import Words

VOCABULARY = "vocabulary"

Name = str


def judge_whole(
    reference: Rows, current: Rows, false_alarm_rate: float, seed: int
) -> dict[Name, Outcome]:
    """Judges a sample as a report does: every comparison, calibrated for the sample's size.

    Args:
      reference: at least two rows.
      current: likewise, of the same kind.
      false_alarm_rate: of all comparisons together.
      seed: of random features, and of resampling.
    """
    projected = project(reference.view.embeddings, current.view.embeddings)
    duplicates = measures.near_duplicates(neighbourhood(*projected, seed), seed)
    found = [measures.embedding(*projected, seed), *_plain(reference, current)]
    outcomes = judge(
        [measure.comparison for measure in found], false_alarm_rate, seed, [duplicates.comparison]
    )
    return dict(zip(map(_name, [*found, duplicates]), outcomes, strict=True))


class RowByRow:
    """What is compared that takes one example at a time, worked out for a pool of them."""

    def __init__(self, reference: Rows, pool: Rows) -> None:
        self._comparisons: dict[Name, Comparison] = {
            _name(measure): measure.comparison for measure in _plain(reference, pool)
        }
        # Which words are compared depends on all the texts.
        self._comparisons.pop(VOCABULARY, None)
        self._means = {
            name: comparison.reference.mean(axis=0)
            for name, comparison in self._comparisons.items()
        }

    def drifted(self, rows: np.ndarray, judged: Mapping[Name, Outcome]) -> list[Name]:
        """Returns what has drifted in a sample.

        Args:
          rows: of the pool.
          judged: what `judge_whole` said of another sample of the same size against the same
            reference. But for that sample's own share, one draw in thousands, its thresholds are
            those of all.
        """
        return [
            name
            for name, comparison in self._comparisons.items()
            if name in judged
            and comparison.distance(comparison.current[rows].mean(axis=0) - self._means[name])
            > judged[name].threshold
        ]


def _plain(reference: Rows, current: Rows) -> list[Measure]:
    views = reference.view, current.view
    return list(plain_measures(reference.kind, (reference, current), views, []))


def _name(measure: Measure) -> Name:
    # A text's number of words is a feature of this name too.
    return VOCABULARY if isinstance(measure.chart, Words) else measure.name
