"""K folds instead of train, eval and test: which splits they are, and which of them a fold uses.

Each fold is two splits, so that the examples are ingested once for all folds: to hold a fold out is
to test on both of its splits, and to train on the `train` splits of the others, stopping early by
their `eval` splits. As with other splits the content's hash decides, so what shares its content, or
its group, lies in one fold.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from components.errors import InputError

MOST_FOLDS = 100


class FoldSplits(NamedTuple):
    """The splits that a training uses while one fold is held out."""

    train: list[str]
    eval: list[str]
    test: list[str]


def fold_shares(folds: int, split: Mapping[str, int]) -> dict[str, int]:
    """Returns the shares of all folds' splits; only their proportion matters.

    Args:
      folds: how many.
      split: shares of `train` and `eval`, in which each fold is cut in two.
    """
    return {_name(n, part): split[part] for n in _numbers(folds) for part in ("train", "eval")}


def fold_splits(folds: int, held_out: int) -> FoldSplits:
    """Returns the splits of a training.

    Args:
      folds: how many.
      held_out: number of the fold to test on, from 1.
    """
    others = [number for number in _numbers(folds) if number != held_out]
    return FoldSplits(
        train=[_name(number, "train") for number in others],
        eval=[_name(number, "eval") for number in others],
        test=[_name(held_out, part) for part in ("train", "eval")],
    )


def check_number(folds: int, classes: Mapping[str, int]) -> None:
    """Passes a number of folds that every class has examples for.

    Args:
      folds: how many.
      classes: examples by class.

    Raises:
      InputError: a class has fewer examples than there are folds.
    """
    label, examples = min(classes.items(), key=lambda item: item[1])
    if examples < folds:
        raise InputError(
            f"{folds} folds are more than the class {label!r} has examples, {examples}; take fewer "
            "folds, or add examples of it"
        )


def check_folds(folds: int, examples: Mapping[tuple[str, str], int]) -> None:
    """Passes folds each of which can be held out.

    Args:
      folds: how many.
      examples: counts by split, of those in `fold_shares`, and class.

    Raises:
      InputError: a class has fewer examples than there are folds, or none to learn from while a
        fold is held out; a fold is empty, or nothing is left to stop early by.
    """
    classes: Counter[str] = Counter()
    for (_, label), count in examples.items():
        classes[label] += count
    check_number(folds, classes)
    filled = {split for split, _ in examples}
    total = f"there are {classes.total():,} examples in {folds} folds"
    used = {number: fold_splits(folds, number) for number in _numbers(folds)}
    for number, splits in used.items():
        if filled.isdisjoint(splits.test):
            raise InputError(f"fold {number} came out empty: {total}; take fewer folds")
    for number, splits in used.items():
        if filled.isdisjoint(splits.eval):
            raise InputError(
                f"without fold {number}, no example is left for eval: {total}; take fewer folds, "
                "or raise Split.eval"
            )
        learned = {label for split, label in examples if split in splits.train}
        for label in sorted(classes.keys() - learned):
            raise InputError(
                f"without fold {number}, no example of the class {label!r} is left to learn from: "
                f"it has {classes[label]}, and those of one group or content stay in one fold"
            )


def _numbers(folds: int) -> range:
    return range(1, folds + 1)


def _name(number: int, part: str) -> str:
    return f"fold_{number}_{part}"
