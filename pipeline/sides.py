"""The two sides of a comparison outside of a run: examples at a path, or those of a run."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from components.drift_report.assess import FEWEST, Named, Settings
from components.drift_report.sample import Digests, Sample, draw
from components.drift_report.spans import ALL, HELD_OUT, LEARNED
from components.errors import InputError
from components.example_gen.bare_examples import read
from components.example_gen.complete import complete
from components.example_gen.examples_at import ExamplesAt
from components.example_gen.set_aside import Rejected
from components.examples import read_splits
from pipeline.in_service import Ingested

_NAMED = 5


class Drawn(NamedTuple):
    """Some examples of a side."""

    named: Named
    problems: Sequence[str]
    """What was left out, and why."""


class Side(Protocol):
    """A set of examples."""

    def draw(self, learned: Digests | None, settings: Settings) -> Drawn:
        """Draws examples, such as the model in service has not learned from.

        Args:
          learned: what it has learned from; None draws from all.
          settings: of the task.
        """


@dataclass(frozen=True)
class RunSide:
    """Examples that a run has ingested."""

    name: str
    ingested: Ingested

    def draw(self, learned: Digests | None, settings: Settings) -> Drawn:
        """See `Side`."""
        splits = HELD_OUT if learned else ALL
        examples = read_splits(self.ingested.uri, splits)
        others = learned.others(examples) if learned else examples
        sample = draw(others, settings.max_examples, settings.seed)
        return Drawn(Named(self.name, sample), ())


@dataclass(frozen=True)
class PathSide:
    """Examples at a path that a user has named."""

    option: str
    """By which the user named it."""
    path: str
    found: ExamplesAt
    data: dict[str, Any]
    """Fields of `ImageData` or `TextData`."""

    @property
    def name(self) -> str:
        """What to call it in the report."""
        return f"{'folder' if os.path.isdir(self.path) else 'file'} {self.path}"

    def draw(self, learned: Digests | None, settings: Settings) -> Drawn:
        """See `Side`. Of ready-made splits, those that training holds out are held against its.

        Raises:
          InputError: a table has a fault, or fewer than two examples can be used.
        """
        # As the drift report of a run does: ready-made splits may differ in kind.
        splits = [split for split in HELD_OUT if learned and split in self.found.splits]
        rejected: list[Rejected] = []
        usable = _Counted(_usable(read(self.found, self.data, splits), rejected))
        others = learned.others(usable) if learned else usable
        drawn = draw(others, settings.max_examples, settings.seed)
        completed, broken = complete(drawn.serialized, self.data)
        rejected += broken
        if not learned and len(completed) < FEWEST:
            raise InputError(
                f"{self.option} = {self.path!r} holds {_counted(len(completed))} that can be used; "
                f"it takes at least {FEWEST}{_listed(rejected)}"
            )
        problems = [*self._left_out(rejected, usable.count - drawn.total)]
        name = f"{self.name} ({', '.join(splits)})" if splits else self.name
        return Drawn(Named(name, Sample(drawn.total, completed)), problems)

    def _left_out(self, rejected: Sequence[Rejected], known: int) -> Iterator[str]:
        for what, count in self.found.ignored.items():
            # Those with a note are of a kind that examples have.
            if "(" in what:
                yield f"{self.name}: {count:,} x {what}, left out"
        if rejected:
            yield f"{self.name}: {_counted(len(rejected))} cannot be used{_listed(rejected)}"
        if known:
            which = f"{_counted(known)} that the model in service has learned from"
            yield f"{self.name}: {which}, left out"


def draw_sides(
    reference: Side, current: Side, learned: Ingested | None, settings: Settings
) -> tuple[Drawn, Drawn, str]:
    """Draws examples of both sides.

    Args:
      reference: what to compare with.
      current: the examples in question.
      learned: what the model in service learned from, which is left out of both sides, as
        `components.drift_report.spans` explains; None where there is no such model.
      settings: of the task.

    Returns:
      Of the reference, and of the current examples; and why the model cannot be asked about them,
      empty if it can.

    Raises:
      InputError: as `draw` of the sides.
    """
    scarce = None
    if learned:
        digests = Digests(read_splits(learned.uri, LEARNED))
        drawn = [side.draw(digests, settings) for side in (reference, current)]
        scarce = next((each for each in drawn if len(each.named.sample) < FEWEST), None)
        if not scarce:
            return *drawn, ""
    drawn = [side.draw(None, settings) for side in (reference, current)]
    reason = f"it has learned from the examples of {scarce.named.name}" if scarce else ""
    return *drawn, reason


class _Counted:
    """Examples on their way, and how many have passed."""

    def __init__(self, examples: Iterable[bytes]) -> None:
        self.count = 0
        self._examples = examples

    def __iter__(self) -> Iterator[bytes]:
        for example in self._examples:
            self.count += 1
            yield example


def _usable(outcomes: Iterable[bytes | Rejected], rejected: list[Rejected]) -> Iterator[bytes]:
    for outcome in outcomes:
        if isinstance(outcome, Rejected):
            rejected.append(outcome)
        else:
            yield outcome


def _counted(count: int) -> str:
    return f"{count:,} {'example' if count == 1 else 'examples'}"


def _listed(rejected: Sequence[Rejected]) -> str:
    """Returns the first ones with their reasons, to end a sentence with."""
    if not rejected:
        return ""
    shown = [f"{each.source} {each.reason}" for each in sorted(rejected)[:_NAMED]]
    if len(rejected) > _NAMED:
        shown.append(f"and {len(rejected) - _NAMED:,} more")
    return f": {'; '.join(shown)}"
