"""An evaluation as one HTML file: no script, no network, nothing beside it."""

import base64
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from components.evaluator.pages import mistakes
from components.evaluator.pages.charts import accuracy, difference, reliability, spread
from components.evaluator.pages.confusions import most_frequent
from components.evaluator.pages.tables import UNFOLDED, Folded, class_rows, fold, metric_rows
from components.evaluator.pages.titles import SETTINGS, SIGNS, VERDICTS, slice_title
from components.evaluator.report import CalibrationBin, Comparison, Decision, Evaluation, Slice
from components.pages import formats
from components.pages.templates import Templates

MAX_BYTES = 1_500_000
"""Of the page; the limits keep it there."""
MAX_FAULTS = 50
MAX_ROWS = 200
"""Of slices and of classes."""
MAX_MATRIX = 20
"""Classes up to which the confusion matrix is shown whole."""
_CONFUSIONS, _CONFUSIONS_ALONE = 8, 30
"""How many of the most frequent are told, beside the whole matrix and in its place."""
_CURVES_BYTES = 100_000

_TEMPLATES = Templates(
    Path(__file__).parent,
    slice_title=slice_title,
    brief=lambda text: formats.shorten(text, 24),
)


class Slices(NamedTuple):
    """The slices as a table."""

    rows: Folded[tuple[Slice, Markup]]
    spread: spread.Spread
    blocking: int


def render(evaluation: Evaluation) -> str:
    """Returns the page, which can be written in UTF-8 and is at most `MAX_BYTES` long there.

    What a user has named or written is escaped, and the page forbids the browser to load or run
    anything, should that ever fail.
    """
    decision = evaluation.decision
    asked = {key: evaluation.settings.get(key) for key in SETTINGS}
    confusions = most_frequent(evaluation.confusion, evaluation.classes)
    whole = len(evaluation.classes) <= MAX_MATRIX
    bins = reliability.known(evaluation.calibration)
    return _TEMPLATES.fill(
        "page.html.j2",
        evaluation=evaluation,
        decision=decision,
        overall=decision.overall,
        verdict=VERDICTS[decision.verdict],
        sign=SIGNS[decision.verdict],
        faults=fold([fault for fault in decision.faults if fault != decision.reason], MAX_FAULTS),
        asked=asked,
        needed=_about(decision.examples_needed),
        settings=_settings(evaluation.settings),
        accuracy_chart=_accuracy(decision.overall, asked["min_accuracy"] or 0.0),
        difference_chart=_difference(decision.overall, asked["max_accuracy_drop"] or 0.0),
        counts_chart=_counts(decision.overall),
        metrics=metric_rows(evaluation.candidate, evaluation.baseline_metrics),
        slices=_slices(decision, asked),
        classes=fold(class_rows(evaluation), MAX_ROWS),
        whole_matrix=whole,
        confusions=confusions[: _CONFUSIONS if whole else _CONFUSIONS_ALONE],
        all_confusions=len(confusions),
        largest_share=max((each.share for each in confusions), default=1.0),
        bins=bins,
        few=reliability.FEW if any(each.examples < reliability.FEW for each in bins) else None,
        sureness=_sureness(bins),
        calibration_chart=_calibration(bins),
        mistakes=list(mistakes.shown(evaluation.mistakes)),
        curves=_curves(evaluation.curves),
        tensorboard=evaluation.tensorboard and shlex.quote(evaluation.tensorboard),
    )


def _about(examples: int | None) -> int | None:
    """Returns a number to two digits, which is not below the one that it is about."""
    if examples is None:
        return None
    step = 10 ** max(0, len(str(examples)) - 2)
    return -(-examples // step) * step


def _settings(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    written = [
        (title, write(settings[key])) for key, (title, write) in SETTINGS.items() if key in settings
    ]
    return written + [(key, str(settings[key])) for key in settings if key not in SETTINGS]


def _accuracy(overall: Comparison, floor: float) -> Markup | None:
    found = overall.accuracy
    description = (
        f"Accuracy: candidate {formats.percent(found.value)}, "
        f"interval {formats.percent(found.low)} to {formats.percent(found.high)}"
    )
    if overall.baseline_accuracy is not None:
        description += f", baseline {formats.percent(overall.baseline_accuracy)}"
    if floor:
        description += f", floor {formats.exact_percent(floor)}"
    return accuracy.draw(overall, floor, description)


def _difference(overall: Comparison, margin: float) -> Markup | None:
    found = overall.difference
    if found is None:
        return None
    description = (
        f"Candidate minus baseline, in points: {formats.signed(found.value)}, interval "
        f"{formats.signed(found.low)} to {formats.signed(found.high)}, allowed "
        f"{formats.signed(-margin)}"
    )
    return difference.draw(found, margin, description)


def _counts(overall: Comparison) -> Markup | None:
    if overall.baseline_accuracy is None:
        return None
    description = (
        f"Only the candidate is right on {overall.only_candidate_right:,} examples, only the "
        f"baseline on {overall.only_baseline_right:,}"
    )
    return difference.draw_counts(overall, description)


def _slices(decision: Decision, asked: Mapping[str, Any]) -> Slices | None:
    slices = decision.slices
    if not slices:
        return None
    drop, floor = asked["max_slice_drop"], asked["min_slice_accuracy"] or 0.0
    among = spread.of_slices(
        slices, 1.0 if drop is None else drop, floor, decision.overall.accuracy.value
    )
    blocking = [place for place, part in enumerate(slices) if part.fault]
    unfolded = max(UNFOLDED, blocking[-1] + 1 if blocking else 0)
    rows = [(part, spread.draw(part, among)) for part in slices]
    return Slices(fold(rows, MAX_ROWS, unfolded), among, len(blocking))


def _sureness(bins: Sequence[CalibrationBin]) -> tuple[float, float] | None:
    """Returns how sure the model is on average, and how often it is right."""
    examples = sum(each.examples for each in bins)
    if not examples:
        return None
    return (
        sum(each.examples * each.confidence for each in bins) / examples,
        sum(each.examples * each.accuracy for each in bins) / examples,
    )


def _calibration(bins: Sequence[CalibrationBin]) -> Markup | None:
    words = "; ".join(
        f"{formats.round_percent(each.confidence)} sure, {formats.round_percent(each.accuracy)} "
        "right"
        for each in bins
    )
    return reliability.draw(bins, f"How often the candidate is right: {words}")


def _curves(svg: str | None) -> str | None:
    """Returns a `data:` address: as a picture it can't disturb the page, nor the page it."""
    if svg is None or len(svg) > _CURVES_BYTES:
        return None
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
