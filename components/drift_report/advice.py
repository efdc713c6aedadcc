"""What to do about a drift: nothing, ask for labels, or train anew."""

from components.drift_report.report import AccuracyEstimate, Advice, Verdict

_HARMLESS = 0.01
"""A loss of accuracy that is not worth a training."""
_NORMAL_95 = 1.96
_FEWEST_LABELS = 50


def advise(verdict: Verdict, accuracy: AccuracyEstimate | None, examples: int) -> Advice:
    """Returns what to do.

    Args:
      verdict: of the report.
      accuracy: of the model in service, guessed or measured; None where there is no model.
      examples: that were looked at.
    """
    if verdict == "too few examples":
        return Advice("wait", "Collect more examples before anything is concluded from them.")
    if verdict == "none":
        return Advice("ignore", "Nothing moved further than chance moves it.")
    if accuracy is None:
        return Advice(
            "retrain", "The examples moved, and nothing tells what that costs a model in service."
        )
    known = accuracy.current if accuracy.measured is None else accuracy.measured
    loss = accuracy.reference - known
    if accuracy.measured is not None:
        if loss <= _HARMLESS:
            return Advice("ignore", "The examples moved, but the model in service does as well.")
        return Advice(
            "retrain", f"The model in service does {100 * loss:.1f} points worse on them."
        )
    if loss <= _HARMLESS:
        return Advice(
            "ignore", "The examples moved, but the model in service is expected to do as well."
        )
    count = min(examples, max(_FEWEST_LABELS, _labels_for(known, loss / 2)))
    return Advice(
        "label",
        f"The model in service is expected to do {100 * loss:.1f} points worse. Label {count:,} of "
        "the examples at random to know, and train with them if it does.",
        count,
    )


def _labels_for(accuracy: float, margin: float) -> int:
    """Returns how many labels tell an accuracy to within a margin, in 95 of 100 cases."""
    return round(_NORMAL_95**2 * accuracy * (1 - accuracy) / margin**2)
