"""From trials of drift detection to figures, bounds and tables."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

UNCHANGED = "unchanged"
"""The shift that is none: whoever says drift is wrong."""
CONTROL = "saved again"
"""Alters nothing that anybody wants to know, but alters files."""
OURS, TFDV = "ours", "TFDV"
ANY_COLUMN, DATA_SET, EMBEDDING = "any column", "data set", "embedding"
"""Of what Evidently finds."""
TOOLS = (OURS, TFDV, ANY_COLUMN, DATA_SET, EMBEDDING)

MAX_FALSE_ALARMS = 0.05 + 0.03
MIN_DETECTED, FROM_SEVERITY, FROM_SIZE = 0.95, 2, 500
MAX_POINTS_OFF, MIN_CLOSE = 5.0, 0.8

Alarms = dict[str, bool]
"""By tool, whether it says drift."""


@dataclass(frozen=True)
class Trial:
    """A sample, and who said that it has drifted."""

    shift: str
    severity: int
    """1 to 3, 0 where nothing is shifted, 2 where a shift has one severity."""
    size: int
    reference: int
    """Examples in the reference."""
    alarms: Alarms
    drifted: Sequence[str] | None
    """What of ours; None where it was enough to know that something has."""


@dataclass(frozen=True)
class Guess:
    """An accuracy, and what was guessed of it without labels; all in 0..1."""

    shift: str
    severity: int
    reference: float
    truth: float
    without_labels: float
    with_mix: float
    """Guessed where the mix of the labels was told."""


@dataclass(frozen=True)
class Rates:
    """How often tools said drift of the samples of one shift, severity and size."""

    shift: str
    severity: int
    size: int
    reference: int
    samples: dict[str, int]
    """By tool, how many it judged."""
    alarms: dict[str, float]
    """By tool, the share of them that it says have drifted."""
    drifted: dict[str, float]
    """What of ours, most often first, where all of it is known."""

    @property
    def bounded(self) -> bool:
        """Whether the shift has to be found."""
        return self.severity >= FROM_SEVERITY and self.size >= FROM_SIZE


class Errors(NamedTuple):
    """How far the guesses were off for one shift and severity, in points."""

    shift: str
    severity: int
    guesses: int
    truth: float
    """On average, in 0..1."""
    without_labels: float
    """Mean absolute error."""
    with_mix: float


def rates(trials: Iterable[Trial]) -> list[Rates]:
    """Returns the rates by shift, severity and size: first those of no shift, then the others in
    the order of the trials."""
    order: dict[tuple[str, int], None] = {(UNCHANGED, 0): None}
    groups: dict[tuple[str, int, int], list[Trial]] = {}
    for trial in trials:
        order.setdefault((trial.shift, trial.severity))
        groups.setdefault((trial.shift, trial.severity, trial.size), []).append(trial)
    place = {key: number for number, key in enumerate(order)}
    keys = sorted(groups, key=lambda key: (place[key[:2]], key[2]))
    return [_rates(groups[key]) for key in keys]


def _rates(trials: Sequence[Trial]) -> Rates:
    said = {
        tool: [trial.alarms[tool] for trial in trials if tool in trial.alarms] for tool in TOOLS
    }
    known = [trial.drifted for trial in trials if trial.drifted is not None]
    drifted = Counter(name for each in known for name in each)
    return Rates(
        trials[0].shift,
        trials[0].severity,
        trials[0].size,
        min(trial.reference for trial in trials),
        {tool: len(each) for tool, each in said.items() if each},
        {tool: float(np.mean(each)) for tool, each in said.items() if each},
        {name: count / len(known) for name, count in drifted.most_common()},
    )


def errors(guesses: Iterable[Guess]) -> list[Errors]:
    """Returns the errors by shift and severity, in the order of the guesses."""
    groups: dict[tuple[str, int], list[Guess]] = {}
    for guess in guesses:
        groups.setdefault((guess.shift, guess.severity), []).append(guess)
    return [
        Errors(
            *key,
            len(group),
            float(np.mean([guess.truth for guess in group])),
            float(np.mean([_points(guess.without_labels, guess) for guess in group])),
            float(np.mean([_points(guess.with_mix, guess) for guess in group])),
        )
        for key, group in groups.items()
    ]


def close(guesses: Iterable[Guess]) -> dict[str, float]:
    """Returns which shares of the guesses on what was shifted are within 5 points of the truth."""
    shifted = [guess for guess in guesses if guess.severity]
    return {
        name: float(np.mean([_points(getattr(g, name), g) <= MAX_POINTS_OFF for g in shifted]))
        for name in ("without_labels", "with_mix")
        if shifted
    }


def _points(guess: float, of: Guess) -> float:
    return 100 * abs(guess - of.truth)


def holds(found: Sequence[Rates], close_guesses: Mapping[str, float]) -> dict[str, bool]:
    """Returns which bounds are held; those that nothing was measured for are left out."""
    wrong = [each.alarms[OURS] for each in found if each.shift == UNCHANGED]
    right = [each.alarms[OURS] for each in found if each.bounded]
    bounds = {}
    if wrong:
        bounds["false alarms"] = max(wrong) <= MAX_FALSE_ALARMS
    if right:
        bounds["detection"] = min(right) >= MIN_DETECTED
    if close_guesses:
        bounds["accuracy"] = close_guesses["without_labels"] >= MIN_CLOSE
    return bounds


def rates_table(found: Sequence[Rates]) -> str:
    """Returns a line a shift and severity: a column a tool and size, in per cent, and what it was
    that ours found moved, at the middle one of the sizes."""
    sizes = sorted({each.size for each in found})
    tools = [tool for tool in TOOLS if any(tool in each.alarms for each in found)]
    width = 6 * len(sizes) + 2
    lines = [f"{'said to have drifted, %':<26}" + "".join(f"{tool:>{width}}" for tool in tools)]
    head = "  " + "".join(f"{size:>6,}" for size in sizes)
    lines.append(f"{'current examples':<26}" + head * len(tools) + "  ours sees")
    for (shift, severity), group in groupby(found, lambda each: (each.shift, each.severity)):
        by_size = {each.size: each for each in group}
        cells = ""
        for tool in tools:
            cells += "  " + "".join(_cell(by_size.get(size), tool) for size in sizes)
        middle = by_size[sorted(by_size)[len(by_size) // 2]]
        seen = ", ".join(f"{name} {100 * share:.0f}" for name, share in middle.drifted.items())
        lines.append(f"{shift + ' ' + str(severity or ''):<26}{cells}  {seen[:60]}")
    return "\n".join(lines)


def _cell(found: Rates | None, tool: str) -> str:
    if found is None or tool not in found.alarms:
        return f"{'–':>6}"
    return f"{100 * found.alarms[tool]:6.0f}"


def errors_table(found: Sequence[Errors]) -> str:
    """Returns a line a shift and severity: true accuracy, and errors of the guesses in points."""
    lines = [
        f"{'accuracy guessed':<26}{'truth, %':>10}{'off, points':>14}{'mix known':>12}",
        *(
            f"{each.shift + ' ' + str(each.severity or ''):<26}{100 * each.truth:10.1f}"
            f"{each.without_labels:14.1f}{each.with_mix:12.1f}"
            for each in found
        ),
    ]
    return "\n".join(lines)


def ahead(found: Sequence[Rates]) -> list[str]:
    """Returns where another tool finds a shift more often than ours, with its false alarms."""
    wrong = {each.size: each.alarms for each in found if each.shift == UNCHANGED}
    return [
        f"{each.shift} {each.severity} at {each.size:,}: {tool} {100 * share:.0f} %, "
        f"ours {100 * each.alarms[OURS]:.0f} %"
        + (f"; its false alarms {100 * wrong[each.size][tool]:.0f} %" if wrong else "")
        for each in found
        for tool, share in each.alarms.items()
        if each.severity and share > each.alarms[OURS]
    ]
