"""Finds among logged requests those that nobody has labelled yet, each once."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from components.drift_report.sample import Sample, draw
from components.errors import InputError
from components.example_gen.bare_examples import read
from components.example_gen.complete import complete
from components.example_gen.examples_at import ExamplesAt
from components.example_gen.set_aside import Rejected
from components.examples import content
from pipeline.feedback.contents import id_of


@dataclass
class Tally:
    """What became of the requests."""

    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """How many, by the reason."""

    def __str__(self) -> str:
        reasons = [f"{count:,} {reason}" for reason, count in self.left_out.items()]
        total = f"{self.read:,} request{'' if self.read == 1 else 's'}"
        return ", ".join([total, *reasons])


def find_unseen(
    found: ExamplesAt,
    data: Mapping[str, Any],
    known: Collection[str],
    skipped: Collection[str],
    most: int,
    seed: int,
) -> tuple[Sample, Tally]:
    """Returns requests that can be labelled, checked and measured as ingest does.

    Args:
      found: where they are.
      data: fields of `ImageData` or `TextData`.
      known: ids of what the data hold.
      skipped: ids of what nobody could label.
      most: how many are drawn at random, if there are more.
      seed: of the draw.

    Raises:
      InputError: there are none.
    """
    tally = Tally()
    drawn = draw(_new(found, data, known, skipped, tally), most, seed)
    completed, broken = complete(drawn.serialized, data)
    _count(tally, "that ingest would set aside", len(broken))
    _count(tally, "left to chance", drawn.total - len(drawn))
    if not completed:
        raise InputError(f"{found.root} holds nothing new to label: {tally}")
    return Sample(drawn.total, completed), tally


def _new(
    found: ExamplesAt,
    data: Mapping[str, Any],
    known: Collection[str],
    skipped: Collection[str],
    tally: Tally,
) -> Iterator[bytes]:
    seen: set[str] = set()
    for outcome in read(found, data):
        tally.read += 1
        if isinstance(outcome, Rejected):
            _count(tally, "that cannot be read")
            continue
        found_id = id_of(content(tf.train.Example.FromString(outcome)), data["kind"])
        if found_id in seen:
            _count(tally, "that came before")
        elif found_id in known:
            _count(tally, "in the data already")
        elif found_id in skipped:
            _count(tally, "skipped in an earlier round")
        else:
            yield outcome
        seen.add(found_id)


def _count(tally: Tally, reason: str, count: int = 1) -> None:
    if count:
        tally.left_out[reason] += count
