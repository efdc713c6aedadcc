"""What ingest did: counts, what was set aside and why, and whether that is good enough."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.errors import InputError
from components.example_gen.files import Layout
from components.example_gen.folds import check_folds
from components.example_gen.set_aside import Rejected
from components.example_gen.splits import SPLITS

MAX_LISTED = 1_000
"""Sources listed in the report; all are counted."""
_MAX_NAMED = 10
"""Sources named in an error."""


@dataclass
class Tally:
    """Running counts, of a part of the input or of all of it."""

    examples: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By split and class."""
    rejected: list[Rejected] = field(default_factory=list)
    fault: str = ""
    """Why a whole file cannot be used; empty if all can."""

    def to_json(self) -> dict[str, Any]:
        """Returns plain JSON values."""
        examples = [[split, label, n] for (split, label), n in self.examples.items()]
        return {"examples": examples, "rejected": self.rejected, "fault": self.fault}

    def add_json(self, part: Mapping[str, Any]) -> None:
        """Adds what `to_json` of a part returned."""
        for split, label, count in part["examples"]:
            self.examples[split, label] += count
        self.rejected += (Rejected(*rejected) for rejected in part["rejected"])
        self.fault = self.fault or part["fault"]


def check(tally: Tally, max_broken_share: float, splits: Collection[str] = SPLITS) -> None:
    """Passes if there is enough to learn from.

    Args:
      tally: of all of the input.
      max_broken_share: the largest share of examples that may be set aside.
      splits: `SPLITS`, or those of folds.

    Raises:
      InputError: a file has a fault; more than `max_broken_share` of the examples were set aside;
        a split is empty; there are fewer than two classes, or one that train lacks; of folds, see
        `check_folds`.
    """
    if tally.fault:
        raise InputError(tally.fault)
    _check_share(tally, max_broken_share)
    labels = sorted({label for _, label in tally.examples})
    if len(labels) < 2:
        total = tally.examples.total()
        raise InputError(f"the {total} examples have one class, {labels[0]!r}; it takes two")
    if set(splits) == set(SPLITS):
        _check_splits(tally, labels)
    else:
        check_folds(len(splits) // 2, tally.examples)


def _check_splits(tally: Tally, labels: Iterable[str]) -> None:
    total = tally.examples.total()
    counts = {split: _classes(tally, split) for split in SPLITS}
    sizes = ", ".join(f"{split} {sum(counts[split].values())}" for split in SPLITS)
    for split in SPLITS:
        if not counts[split]:
            raise InputError(
                f"the split {split} came out empty: there are {total} examples in all ({sizes}); "
                "add examples, or ready-made splits"
            )
    missing = [label for label in labels if label not in counts["train"]]
    if missing:
        raise InputError(
            f"no example of the class {missing[0]!r} came into train: of {total} examples "
            f"{sum(counts[split][missing[0]] for split in SPLITS)} have it; add some, or remove it"
        )


def report(
    tally: Tally, layout: Layout, fingerprint: str, splits: Collection[str] = SPLITS
) -> dict[str, Any]:
    """Returns the report as plain JSON values."""
    listed = sorted(tally.rejected)[:MAX_LISTED]
    return {
        "span": layout.span,
        "fingerprint": fingerprint,
        "ready_made_splits": layout.splits,
        "examples": {split: dict(sorted(_classes(tally, split).items())) for split in splits},
        "set_aside": {
            "count": len(tally.rejected),
            "share": _broken_share(tally),
            "listed": len(listed),
            "sources": [rejected._asdict() for rejected in listed],
        },
        "ignored_files": layout.ignored,
    }


def _classes(tally: Tally, split: str) -> Counter[str]:
    return Counter({label: n for (of, label), n in tally.examples.items() if of == split})


def _broken_share(tally: Tally) -> float:
    total = tally.examples.total() + len(tally.rejected)
    return len(tally.rejected) / total if total else 0.0


def _check_share(tally: Tally, max_broken_share: float) -> None:
    broken = len(tally.rejected)
    share = _broken_share(tally)
    if tally.examples and share <= max_broken_share:
        return
    limit = f"more than max_broken_share = {max_broken_share:.2%}" if tally.examples else "all"
    lines = [f"{source}: {reason}" for source, reason in sorted(tally.rejected)[:_MAX_NAMED]]
    if broken > _MAX_NAMED:
        lines.append(f"and {broken - _MAX_NAMED:,} more")
    raise InputError(
        f"{broken:,} of {broken + tally.examples.total():,} examples cannot be used "
        f"({share:.2%}, {limit}):\n" + "\n".join(f"  {line}" for line in lines)
    )
