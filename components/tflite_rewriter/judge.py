"""Which models keep to the task's tolerance, and which of them is the phone's.

The tolerance is on the true accuracy, of which the evaluation examples are a sample. So it does not
do that a variant happens to have lost little on them: it has to *show* that it has not lost more,
by the same paired test of non-inferiority as the gate of the server's model (Tango, 1998). Only the
examples on which variant and SavedModel differ carry noise, and quantised models differ on few. A
variant that is worse by just the tolerance is blessed in at most 5 % of cases (at a confidence of
0.95); what looks fine on too few examples to be sure is told apart from what is worse, with the
number of examples that would decide. One that answers as the SavedModel does, up to the rounding of
float32, has nothing to show.
"""

from collections.abc import Sequence

from components.non_inferiority import Paired, examples_needed
from components.tflite_rewriter.compare import Comparison
from components.tflite_rewriter.report import Row, Status
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.variants import VARIANTS

_ROUNDING = 1e-4
"""Largest difference of probabilities between two orders of the same float32 sums."""
_POWER = 0.9
"""Of the number of examples that would decide."""


def judge(comparison: Comparison, examples: int, settings: Settings) -> tuple[Status, str]:
    """Returns whether a model keeps to the tolerance, and why.

    Args:
      comparison: with the SavedModels.
      examples: on which they were compared.
      settings: with the tolerance.
    """
    drop, most = -comparison.difference.value, -comparison.difference.low
    allowed = settings.max_accuracy_drop
    lost = f"{_points(abs(drop))} {'lost' if drop >= 0 else 'gained'} on {examples:,} examples"
    if comparison.agreement < settings.min_agreement:
        return "not within", (
            f"same class as its SavedModel on {comparison.agreement:.2%} of the examples, fewer "
            f"than {settings.min_agreement:.2%}"
        )
    same = not (comparison.only_this_right or comparison.only_saved_model_right)
    if same and comparison.agreement == 1 and comparison.max_difference <= _ROUNDING:
        return "within", f"the SavedModel's answers, on {examples:,} examples"
    if most <= allowed:
        return "within", f"{lost}, surely no more than {_points(most)} lost"
    if drop > allowed:
        return "not within", f"{lost}, more than {_points(allowed)}"
    return "not enough examples", (
        f"{lost}, but it may be {_points(most)}, more than {_points(allowed)}"
        f"{_enough(comparison, examples, settings)}"
    )


def choose(rows: Sequence[Row], prefer: str) -> Row | None:
    """Returns the smallest or the fastest of the phone's models that keep to the tolerance."""
    good = candidates(rows)
    if prefer == "latency":
        return min(good, key=lambda row: row.latency_ms or 0, default=None)
    return min(good, key=lambda row: row.bytes or 0, default=None)


def candidates(rows: Sequence[Row]) -> list[Row]:
    """Returns the rows that may be blessed."""
    return [
        row
        for row in rows
        if row.status == "within" and row.variant in VARIANTS and VARIANTS[row.variant].for_phones
    ]


def _enough(comparison: Comparison, examples: int, settings: Settings) -> str:
    paired = Paired(examples, 0, comparison.only_this_right, comparison.only_saved_model_right)
    needed = examples_needed(
        paired.discordance, settings.max_accuracy_drop, settings.confidence, _POWER
    )
    # With fewer than were there it was chance that left it undecided.
    return f"; about {needed:,.0f} examples would decide" if examples < needed < 1e7 else ""


def _points(share: float) -> str:
    return f"{100 * share:.2f} points"
