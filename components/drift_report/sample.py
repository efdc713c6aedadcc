"""The examples that a report looks at: a bounded random part of a span, and what they hold."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf

from components.examples import content, values
from components.features import LABEL, SOURCE


@dataclass(frozen=True)
class Sample:
    """Some examples of a set, drawn at random."""

    total: int
    """Examples in the set."""
    serialized: Sequence[bytes]
    """`tf.Example`s, in the order of the set."""

    def __len__(self) -> int:
        return len(self.serialized)

    @cached_property
    def examples(self) -> list[tf.train.Example]:
        """The examples, parsed."""
        return [tf.train.Example.FromString(serialized) for serialized in self.serialized]

    @cached_property
    def contents(self) -> list[bytes]:
        """The images' files, or the texts in UTF-8."""
        return [content(example) for example in self.examples]

    @cached_property
    def sources(self) -> list[str]:
        """Where the examples came from; empty where that is not known."""
        return [_first(example, SOURCE) or "" for example in self.examples]

    @cached_property
    def labels(self) -> list[str] | None:
        """The classes' names; None where an example lacks one."""
        labels = [_first(example, LABEL) for example in self.examples]
        return None if None in labels else labels

    @cached_property
    def scalars(self) -> dict[str, np.ndarray]:
        """Every number that any example has, by its feature: float64 [examples], NaN if missing."""
        found: dict[str, np.ndarray] = {}
        for row, example in enumerate(self.examples):
            for name, feature in example.features.feature.items():
                numbers = feature.float_list.value or feature.int64_list.value
                if len(numbers) == 1:
                    column = found.setdefault(name, np.full(len(self), np.nan))
                    column[row] = numbers[0]
        return found


def draw(serialized: Iterable[bytes], size: int, seed: int) -> Sample:
    """Draws up to `size` examples, each set of them as likely (Vitter's reservoir, 1985).

    Args:
      serialized: `tf.Example`s, of which no more than `size` are held at a time.
      size: at least 1.
      seed: the same seed draws the same examples.
    """
    random = np.random.default_rng(seed)
    kept: list[tuple[int, bytes]] = []
    total = 0
    for total, example in enumerate(serialized, 1):
        if total <= size:
            kept.append((total, example))
        elif (place := random.integers(total)) < size:
            kept[place] = (total, example)
    return Sample(total, [example for _, example in sorted(kept)])


class Digests:
    """The contents of a set of examples, to find them again in another."""

    def __init__(self, serialized: Iterable[bytes]) -> None:
        self._known = {_digest(example) for example in serialized}

    def others(self, serialized: Iterable[bytes]) -> Iterator[bytes]:
        """Yields the examples whose content is not in the set."""
        return (example for example in serialized if _digest(example) not in self._known)


def _digest(serialized: bytes) -> bytes:
    # Eight bytes: among a million examples, two different ones meet once in 37 million times.
    example = tf.train.Example.FromString(serialized)
    return hashlib.blake2b(content(example), digest_size=8).digest()


def _first(example: tf.train.Example, feature: str) -> str | None:
    found = values(example, feature)
    return str(found[0]) if found else None
