"""The telling part of a text: which words to show, and how strongly each is marked."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from components.pages.formats import shorten

MAX_WORDS = 120
"""Shown of a text."""
_TELLING = 12
"""Words at most that the cuts go around."""
_AROUND = 12
"""Words kept on both sides of a telling one, more where there are few of them."""
_SMALLEST_GAP = 3
"""A gap of fewer words is not worth its ellipsis."""
_LONGEST_WORD = 60
_LEVELS = (0.1, 1 / 3, 2 / 3)
"""Shares of the text's largest weight from which on a word is marked faintly, clearly, strongly."""
_LEAST = 0.01
"""Taken for the largest weight where that is below: what hardly matters is not marked strongly, and
what is below a tenth of a point of probability not at all. A mistake that the model is sure of
rests on no single word."""

Level = Literal[0, 1, 2, 3]


class Word(NamedTuple):
    """A word as it is shown."""

    text: str
    weight: float
    """What leaving it out takes from the probability of what was predicted, in -1..1."""
    level: Level
    """How strongly it is marked; 0 is not at all."""


GAP = Word("…", 0.0, 0)


def excerpt(words: Sequence[tuple[str, float]]) -> list[Word]:
    """Cuts a text around the words that weigh most.

    Args:
      words: with their weights; what is not finite weighs nothing.

    Returns:
      About `MAX_WORDS` of them in the order of the text, and `GAP` wherever some are left out.
    """
    weights = [weight if math.isfinite(weight) else 0.0 for _, weight in words]
    largest = max(map(abs, weights), default=0.0)
    marked = [
        Word(shorten(text, _LONGEST_WORD), weight, _level(weight, largest))
        for (text, _), weight in zip(words, weights, strict=True)
    ]
    shown: list[Word] = []
    end = 0
    for passage in _passages(_kept(marked)):
        if passage.start > end:
            shown.append(GAP)
        shown += marked[passage.start : passage.stop]
        end = passage.stop
    return shown if end == len(marked) else [*shown, GAP]


def heaviest(words: Sequence[Word]) -> Word | None:
    """Returns the word that weighs most, in either direction; None where none is marked."""
    marked = [word for word in words if word.level]
    return max(marked, key=lambda word: abs(word.weight), default=None)


def _level(weight: float, largest: float) -> Level:
    return sum(abs(weight) >= share * max(largest, _LEAST) for share in _LEVELS)


def _kept(words: Sequence[Word]) -> set[int]:
    """Returns the places of the words to show."""
    telling = sorted(
        (place for place, word in enumerate(words) if word.level),
        key=lambda place: -abs(words[place].weight),
    )
    if len(words) <= MAX_WORDS or not telling:
        return set(range(min(len(words), MAX_WORDS)))
    kept: set[int] = set()
    telling = telling[:_TELLING]
    reach = max(_AROUND, (MAX_WORDS // len(telling) - 1) // 2)
    for place in telling:
        around = range(max(0, place - reach), min(len(words), place + reach + 1))
        if len(kept.union(around)) > MAX_WORDS:
            break
        kept.update(around)
    return kept


def _passages(kept: set[int]) -> list[range]:
    passages: list[range] = []
    for place in sorted(kept):
        if passages and place - passages[-1].stop < _SMALLEST_GAP:
            passages[-1] = range(passages[-1].start, place + 1)
        else:
            passages.append(range(place, place + 1))
    return passages
