"""Blesses a candidate or not, and says why in a sentence."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from components.errors import InputError
from components.evaluator.report import Comparison, Decision, Interval, Slice, Verdict
from components.evaluator.rule import (
    POWER,
    Judgement,
    Settings,
    drop_p_values,
    floor_p_values,
    judge,
    needed,
)
from components.non_inferiority import (
    Paired,
    accuracy_bounds,
    bounds,
    count,
    margin_needed,
)

_BELOW = "below it, where the task allows"


class Members(NamedTuple):
    """Which examples a slice consists of."""

    feature: str
    """What they share, such as `label` or `brightness`."""
    name: str
    """Which of its values."""
    members: np.ndarray
    """bool [examples]."""


def decide(
    candidate_right: np.ndarray,
    baseline_right: np.ndarray | None,
    slices: Sequence[Members],
    unmet: Sequence[str],
    settings: Settings,
) -> Decision:
    """Decides whether a candidate is blessed.

    Args:
      candidate_right: which examples it has right, bool [examples].
      baseline_right: likewise of the model in service; None where there is none.
      slices: any number of them; those without an example are left out.
      unmet: a sentence for each threshold of TFMA's that was missed.
      settings: of the task.

    Raises:
      InputError: there are no examples.
    """
    if not len(candidate_right):
        raise InputError("evaluation: the split has no examples, so nothing can be decided")
    compared = baseline_right is not None
    # Without a baseline the differences are 0, and nobody looks at them.
    baseline = baseline_right if compared else candidate_right
    some = [each for each in slices if each.members.any()]
    overall = count(candidate_right, baseline)
    parts = _stacked(count(candidate_right[m.members], baseline[m.members]) for m in some)
    judgement = judge(overall, parts, settings, compared)
    (whole,) = _comparisons(_stacked([overall]), settings, compared)
    judged = _slices(some, parts, judgement, settings, compared)
    examples = needed(overall, settings) if compared else np.inf
    faults = (
        *_below_floor(whole, judgement, settings),
        *_behind(whole, overall, judgement, settings),
        *unmet,
        *(each.fault for each in judged if each.fault),
    )
    verdict: Verdict = "not blessed"
    if judgement.blessed and not unmet:
        verdict = "blessed"
    elif judgement.undecided and not unmet:
        verdict = "not enough data"
    return Decision(
        verdict=verdict,
        reason=_first(faults) if faults else _praise(whole, settings),
        faults=faults,
        overall=whole,
        slices=judged,
        examples_needed=int(examples) if np.isfinite(examples) else None,
    )


def _stacked(counts: Iterable[Paired]) -> Paired:
    """Returns counts [number of them]."""
    return Paired(*np.array(list(counts), int).reshape(-1, len(Paired._fields)).T)


def _comparisons(counts: Paired, settings: Settings, compared: bool) -> list[Comparison]:
    """Returns counts [number of them] as the report has them."""
    lows, highs = bounds(counts, settings.confidence)
    found = []
    for row, low, high in zip(zip(*counts, strict=True), lows, highs, strict=True):
        one = Paired(*map(int, row))
        around = accuracy_bounds(one.right, one.examples, settings.confidence)
        found.append(
            Comparison(
                examples=one.examples,
                accuracy=Interval(one.accuracy, *around),
                baseline_accuracy=one.baseline_accuracy if compared else None,
                difference=Interval(one.difference, float(low), float(high)) if compared else None,
                only_candidate_right=one.only_candidate,
                only_baseline_right=one.only_baseline,
            )
        )
    return found


def _slices(
    members: Sequence[Members],
    counts: Paired,
    judgement: Judgement,
    settings: Settings,
    compared: bool,
) -> tuple[Slice, ...]:
    """Returns the slices, worst first: those that block, then the others by how far behind they
    are for sure. What a handful of examples is behind is not sure."""
    by_floor = floor_p_values(counts, settings) < drop_p_values(counts, settings)
    found = []
    for place, comparison in enumerate(_comparisons(counts, settings, compared)):
        feature, name, _ = members[place]
        fault = None
        if judgement.slice_faults[place]:
            words = _slice_below if by_floor[place] or not compared else _slice_behind
            fault = f"{feature} {name}: {words(comparison, settings)}."
        p_values = judgement.slice_p_values
        p_value = None if p_values is None else float(p_values[place])
        found.append(Slice(feature, name, comparison, p_value, fault))
    best = _at_best(counts, settings, compared)
    order = sorted(range(len(found)), key=lambda place: (found[place].fault is None, best[place]))
    return tuple(found[place] for place in order)


def _at_best(counts: Paired, settings: Settings, compared: bool) -> np.ndarray:
    """Returns upper bounds that hold for all slices together: of the differences to the baseline,
    or else of the accuracies."""
    confidence = 1 - (1 - settings.confidence) / max(1, len(counts.examples))
    if compared:
        return bounds(counts, confidence)[1]
    pairs = zip(counts.right.tolist(), counts.examples.tolist(), strict=True)
    return np.array([accuracy_bounds(*pair, confidence)[1] for pair in pairs])


def _below_floor(whole: Comparison, judgement: Judgement, settings: Settings) -> list[str]:
    if not judgement.below_floor:
        return []
    accuracy, floor = _apart(whole.accuracy.value, settings.min_accuracy, 4)
    return [f"Accuracy {accuracy} on {whole.examples:,} examples is below the floor of {floor}."]


def _behind(
    whole: Comparison, overall: Paired, judgement: Judgement, settings: Settings
) -> list[str]:
    """Returns why the candidate is not shown to be good enough beside the baseline, if it isn't."""
    if judgement.good_enough:
        return []
    if not judgement.worse and not judgement.decidable:
        return [_too_few(whole, overall, settings)]
    difference, margin = whole.difference, settings.max_accuracy_drop
    if judgement.worse:
        least, allowed = _points_apart(difference.high, margin)
        return [
            f"{_beside(whole)} is {_sure(settings)} at least {least} points {_BELOW} {allowed}."
        ]
    most, allowed = _points_apart(difference.low, margin)
    return [
        f"{_beside(whole)} could be {most} points {_BELOW} {allowed}; {whole.examples:,} examples "
        "would have been enough to bless an equally good model."
    ]


def _too_few(whole: Comparison, overall: Paired, settings: Settings) -> str:
    """Returns what cannot be told, and both ways out."""
    low, high = _signed(whole.difference.low), _signed(whole.difference.high)
    margin = margin_needed(whole.examples, float(overall.discordance), settings.confidence, POWER)
    margin = np.ceil(1000 * margin) / 1000
    way = f"a margin of {_points(margin)} points (max_accuracy_drop={margin:g})"
    if settings.max_accuracy_drop == 0:
        return (
            f"{_beside(whole)} differs by {low} to {high} points, and no number of test examples "
            f"shows that a model is not worse at all; with these {whole.examples:,} an equally "
            f"good model would be blessed at {way}."
        )
    return (
        f"{_beside(whole)} differs by {low} to {high} points, and {whole.examples:,} test examples "
        f"are too few to tell whether it is within the {_points(settings.max_accuracy_drop)} "
        f"allowed: to bless an equally good model takes {int(needed(overall, settings)):,}, or "
        f"{way}."
    )


def _praise(whole: Comparison, settings: Settings) -> str:
    """Returns why the candidate is blessed."""
    difference = whole.difference
    if difference is None:
        return (
            f"Accuracy {whole.accuracy.value:.4f} on {whole.examples:,} examples reaches the floor "
            f"of {settings.min_accuracy:.4f}, and no model is in service to compare it with."
        )
    found, sure = _beside(whole), _sure(settings)
    if difference.low >= 0:
        return f"{found} is {sure} at least {_points(difference.low)} points above it."
    most, allowed = _points_apart(difference.low, settings.max_accuracy_drop)
    if difference.high < 0:
        return f"{found} is {_points(difference.high)} to {most} points {_BELOW} {allowed}."
    return f"{found} is {sure} at most {most} points {_BELOW} {allowed}."


def _slice_behind(slice_of: Comparison, settings: Settings) -> str:
    return (
        f"accuracy {slice_of.accuracy.value:.4f} on {slice_of.examples:,} examples against "
        f"{slice_of.baseline_accuracy:.4f} in service, {_points(slice_of.difference.value)} points "
        f"lower, is more than chance makes of the allowed {_points(settings.max_slice_drop)}"
    )


def _slice_below(slice_of: Comparison, settings: Settings) -> str:
    return (
        f"accuracy {slice_of.accuracy.value:.4f} on {slice_of.examples:,} examples is further "
        f"below the {settings.min_slice_accuracy:.4f} asked of every slice than chance explains"
    )


def _first(faults: Sequence[str]) -> str:
    """Returns the first fault, and how many more there are."""
    more = len(faults) - 1
    if not more:
        return faults[0]
    return f"{faults[0].rstrip('.')} (and {more} more fault{'s' if more > 1 else ''})."


def _beside(whole: Comparison) -> str:
    """Returns the accuracy beside the baseline's."""
    accuracy, baseline = whole.accuracy.value, whole.baseline_accuracy
    return f"Accuracy {accuracy:.4f}, against {baseline:.4f} of the model in service,"


def _apart(one: float, other: float, decimals: int) -> tuple[str, str]:
    """Returns two numbers with so many decimals, or with as many more as tell them apart."""
    for more in range(5):
        words = [f"{number:.{decimals + more}f}" for number in (one, other)]
        if words[0] != words[1]:
            break
    return words[0], words[1]


def _points_apart(share: float, allowed: float) -> tuple[str, str]:
    return _apart(100 * abs(share), 100 * allowed, 2)


def _points(share: float) -> str:
    return f"{100 * abs(share):.2f}"


def _signed(share: float) -> str:
    return f"{100 * share:+.2f}"


def _sure(settings: Settings) -> str:
    return f"with {100 * settings.confidence:g} % confidence"
