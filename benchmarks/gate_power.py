"""How often the gate blesses models of known accuracy, beside TFMA's change threshold.

    .venv/bin/python benchmarks/gate_power.py [--pairs N] [--margin M] [--discordance D] ...

Pairs of models are simulated by what they have right of the same examples of ten classes. Of the
model in service the accuracy is known, and of the candidate how much better or worse it is; the
share of examples that two equally good ones differ on, and how mistakes spread over the classes,
are those of two trainings of CIFAR-10's network. TFMA looks at the observed accuracies alone. The
gate's floor is put out of the way, as both would obey it.

Bounds: with 10,000 examples, an equal model is blessed in at least 95 % of the cases, and a model
that is 2 points worse in at most 5 %. With any number, an equal model is refused in at most 5 %,
which leaves "not enough data" for all that cannot be told; and a model that is worse by just the
margin is blessed in at most 5 %, give or take what so many pairs tell.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from components.errors import InputError
from components.evaluator.rule import TOLERANCE, Settings, judge
from components.non_inferiority import Paired
from pipeline.run_local import guarded

BENCHMARK = "gate_power"
SIZES = (200, 500, 1_000, 2_000, 5_000, 10_000, 25_000)
BOUND_SIZE, MIN_BLESSED, MAX_WRONG = 10_000, 0.95, 0.05
MISTAKES = np.array([0.091, 0.039, 0.187, 0.237, 0.120, 0.192, 0.069, 0.083, 0.063, 0.066])
"""By class, of CIFAR-10's `residual_cnn` on the test images."""
EQUAL, TWO_WORSE, AT_THE_MARGIN = "equal", "2 points worse", "worse by the margin"
_APART = 0.02
_BEHIND = 0.15


@dataclass(frozen=True)
class Curve:
    """How often models of one kind are blessed, by number of examples; shares in 0..1."""

    model: str
    examples: int
    blessed: float
    not_blessed: float
    not_enough_data: float
    change_threshold: float
    """TFMA blesses what is observed to be at most the margin worse."""
    change_threshold_0: float
    """TFMA blesses what is observed to be no worse."""


def candidates(margin: float) -> dict[str, float]:
    """Returns the kinds of models, and by how much they are better than the one in service."""
    return {
        EQUAL: 0.0,
        "equal, classes ±2 points": 0.0,
        "equal, a class 15 points worse": 0.0,
        "2 points better": 0.02,
        "1 point worse": -0.01,
        AT_THE_MARGIN: -margin,
        TWO_WORSE: -0.02,
    }


def differences(model: str, margin: float, pairs: int, random: np.random.Generator) -> np.ndarray:
    """Returns true differences of accuracy to the model in service, [pairs, classes].

    Args:
      model: one of the names of `candidates`.
      margin: of the gate.
      pairs: of models.
      random: says which classes are better and which are worse, where they are not alike.
    """
    classes = len(MISTAKES)
    found = np.full((pairs, classes), candidates(margin)[model])
    if "±" in model:
        halves = np.where(np.arange(classes) < classes // 2, _APART, -_APART)
        found += random.permuted(np.tile(halves, (pairs, 1)), axis=1)
    if "a class" in model:
        found += _BEHIND / (classes - 1)
        found[np.arange(pairs), random.integers(classes, size=pairs)] = -_BEHIND
    return found


def outcome_shares(accuracy: float, discordance: float, better: np.ndarray) -> np.ndarray:
    """Returns how often both models are right, only the candidate, only the other, and neither.

    Args:
      accuracy: of the model in service.
      discordance: the share of examples that an equal model differs on.
      better: the candidate's accuracy minus that, [pairs, classes].

    Returns:
      [pairs, classes, 4].

    Raises:
      InputError: there are no such models.
    """
    spread = MISTAKES / MISTAKES.mean()
    wrong, differ = (1 - accuracy) * spread, discordance * spread / 2
    gains, losses = differ + np.maximum(better, 0), differ + np.maximum(-better, 0)
    shares = np.stack([1 - wrong - losses, gains, losses, wrong - gains], axis=-1)
    if shares.min() < 0:
        raise InputError(
            f"--accuracy {accuracy:g} --discordance {discordance:g}: no model with so few mistakes "
            "differs on so many examples; give a smaller discordance or a lower accuracy"
        )
    return shares


def draw(shares: np.ndarray, examples: int, random: np.random.Generator) -> Paired:
    """Draws as many examples of each class, give or take one; counts are [pairs, classes]."""
    ends = examples * np.arange(shares.shape[1] + 1) // shares.shape[1]
    sizes = np.broadcast_to(np.diff(ends), shares.shape[:2])
    both, gains, losses, _ = np.moveaxis(random.multinomial(sizes, shares), -1, 0)
    return Paired(sizes, both + gains, gains, losses)


def measure(
    model: str, shares: np.ndarray, examples: int, settings: Settings, random: np.random.Generator
) -> Curve:
    """Lets the gate and TFMA judge pairs of models.

    Args:
      model: a name.
      shares: see `outcome_shares`.
      examples: at least one a class.
      settings: of the gate.
      random: draws the examples.
    """
    classes = draw(shares, examples, random)
    overall = Paired(*(each.sum(axis=-1) for each in classes))
    found = judge(overall, classes, settings, compared=True)
    observed, allowed = overall.difference, settings.max_accuracy_drop
    return Curve(
        model=model,
        examples=examples,
        blessed=float(found.blessed.mean()),
        not_blessed=float((~found.blessed & ~found.undecided).mean()),
        not_enough_data=float(found.undecided.mean()),
        change_threshold=float((observed >= -allowed - TOLERANCE).mean()),
        change_threshold_0=float((observed >= 0).mean()),
    )


def holds(curves: Sequence[Curve], pairs: int) -> dict[str, bool]:
    """Returns which bounds are held; those that nothing was measured for are left out."""
    of = {
        model: [curve for curve in curves if curve.model == model]
        for model in (EQUAL, TWO_WORSE, AT_THE_MARGIN)
    }
    noise = 3 * (MAX_WRONG * (1 - MAX_WRONG) / pairs) ** 0.5
    bounds = {
        "refuses no equal model": max(c.not_blessed for c in of[EQUAL]) <= MAX_WRONG + noise,
        "blocks at the margin": max(c.blessed for c in of[AT_THE_MARGIN]) <= MAX_WRONG + noise,
    }
    for equal, worse in zip(of[EQUAL], of[TWO_WORSE], strict=True):
        if equal.examples == BOUND_SIZE:
            bounds["blesses an equal model"] = equal.blessed >= MIN_BLESSED
            bounds["blocks 2 points worse"] = worse.blessed <= MAX_WRONG
    return bounds


def table(curves: Sequence[Curve], settings: Settings) -> str:
    """Returns a block of lines a kind of model, with a column a number of examples; in per cent."""
    sizes = sorted({curve.examples for curve in curves})
    rows = {
        "gate: blessed": "blessed",
        "gate: not blessed": "not_blessed",
        "gate: not enough data": "not_enough_data",
        f"TFMA, {settings.max_accuracy_drop:g} allowed: blessed": "change_threshold",
        "TFMA, 0 allowed: blessed": "change_threshold_0",
    }
    lines = [f"{'per cent of pairs, by examples':<34}" + "".join(f"{n:>8,}" for n in sizes)]
    for model in dict.fromkeys(curve.model for curve in curves):
        by_size = {curve.examples: curve for curve in curves if curve.model == model}
        lines.append(model)
        for name, field in rows.items():
            cells = "".join(f"{100 * getattr(by_size[size], field):8.1f}" for size in sizes)
            lines.append(f"  {name:<32}{cells}")
    return "\n".join(lines)


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=2_000, help="of models, of each kind")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of test examples")
    parser.add_argument("--accuracy", type=float, default=0.885, help="of the model in service")
    parser.add_argument("--discordance", type=float, default=0.09, help="of two equal models")
    parser.add_argument("--margin", type=float, default=0.015, help="max_accuracy_drop")
    parser.add_argument("--slice-margin", type=float, default=0.05, help="max_slice_drop")
    parser.add_argument("--confidence", type=float, default=0.95)
    options = parser.parse_args()
    if min(options.sizes) < len(MISTAKES):
        parser.error(f"--sizes {min(options.sizes)}: at least {len(MISTAKES)}, one a class")
    settings = Settings(
        min_accuracy=0.0,
        max_accuracy_drop=options.margin,
        min_slice_accuracy=0.0,
        max_slice_drop=options.slice_margin,
        confidence=options.confidence,
    )
    random = np.random.default_rng(1)
    curves = []
    for model in candidates(options.margin):
        better = differences(model, options.margin, options.pairs, random)
        shares = outcome_shares(options.accuracy, options.discordance, better)
        curves += [measure(model, shares, size, settings, random) for size in options.sizes]
    held = holds(curves, options.pairs)
    print(table(curves, settings))
    print(f"holds: {held}")
    asked = {name: value for name, value in vars(options).items() if name != "sizes"}
    found = {"curves": [asdict(curve) for curve in curves], "holds": all(held.values())}
    print(json.dumps({"benchmark": BENCHMARK} | asked | found))


if __name__ == "__main__":
    sys.exit(guarded(main))
