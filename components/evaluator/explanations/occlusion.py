"""Which words a model rests its answer about a text on: what it answers without them.

Occlusion (Zeiler and Fergus, 2014, "Visualizing and Understanding Convolutional Networks"), for
words also called erasure (Li, Monroe and Jurafsky, 2016, "Understanding Neural Networks through
Representation Erasure"). A text is looked at in passages first, then in shorter ones where these
matter most, at last word by word, so that a long text costs no more looks than a short one.

A word that stands in a text several times is left out everywhere at once, and what this takes is
shared out: the model would read off the second "awful" what it lost with the first.

Own code: lime was last released in 2020, asks for 5,000 looks a text, and brings matplotlib and
scikit-image along.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

LOOKS = 64
"""Of the model, at most, a text."""

_PASSAGES = 24
"""That a text is cut into at first."""
_HALVED = 6
"""Of them, those that matter most, which are then looked at in halves."""
# Where a script writes words without spaces, each letter is a word, as it is to the transform.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# Tags, as in "good<br", are no part of a word.
_WORD = re.compile(rf"[{_SPACELESS}]|<?[^\s<>{_SPACELESS}]+>?|[<>]+")
_EDGES = re.compile(r"^\W+|\W+$")


Predict = Callable[[Sequence[str]], np.ndarray]


def occlusion(text: str, predict: Predict, predicted: int) -> tuple[tuple[str, float], ...]:
    """Weighs the words of a text.

    Args:
      text: as the model takes it.
      predict: the model, from texts to probabilities [texts, classes].
      predicted: number of the class that is asked about.

    Returns:
      Every word of the text in order, with what leaving it out takes from the probability of the
      class, in -1..1. What was only left out together with others, be it neighbours or further
      occurrences, has an equal share of what that took.
    """
    looks = _Looks(text, predict, predicted)
    kinds: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(looks.words):
        kinds[_kind(word)].append(place)
    weights = np.zeros(len(looks.words))
    asked = list(kinds)
    if len(kinds) > looks.left:
        passages = _passages(looks)
        for places, taken in passages:
            weights[places] = taken / len(places)
        near = (_kind(looks.words[place]) for places, _ in passages for place in places)
        asked = list(dict.fromkeys(near))[: looks.left]
    groups = [kinds[kind] for kind in asked]
    for places, taken in zip(groups, looks.taken(groups), strict=True):
        weights[places] = taken / len(places)
    return tuple(zip(looks.words, weights.tolist(), strict=True))


class _Looks:
    """What a model answers about a text without some of its words."""

    def __init__(self, text: str, predict: Predict, predicted: int) -> None:
        self._text, self._predict, self._predicted = text, predict, predicted
        self._spans = [match.span() for match in _WORD.finditer(text)]
        self._whole = predict([text])[0, predicted]
        self.words = [text[begin:end] for begin, end in self._spans]
        self.left = LOOKS - 1

    def taken(self, groups: Sequence[Sequence[int]]) -> list[float]:
        """Returns what leaving out the words of each group takes from the probability."""
        if not groups:
            return []
        self.left -= len(groups)
        answers = self._predict([self._without(places) for places in groups])
        return (self._whole - answers[:, self._predicted]).tolist()

    def _without(self, places: Sequence[int]) -> str:
        ends = [self._spans[place] for place in places]
        begins = [0, *(end for _, end in ends)]
        return "".join(
            self._text[begin:end]
            for begin, end in zip(begins, [*(begin for begin, _ in ends), None], strict=True)
        )


def _passages(looks: _Looks) -> list[tuple[np.ndarray, float]]:
    """Returns the places of each passage, and what leaving it out takes; the most telling first."""
    whole = np.arange(len(looks.words))
    passages = _most_telling(looks, np.array_split(whole, _PASSAGES))
    halves = [half for places, _ in passages[:_HALVED] for half in np.array_split(places, 2)]
    return _most_telling(looks, halves) + passages[_HALVED:]


def _most_telling(looks: _Looks, passages: Sequence[np.ndarray]) -> list[tuple[np.ndarray, float]]:
    taken = looks.taken(passages)
    return sorted(zip(passages, taken, strict=True), key=lambda passage: -abs(passage[1]))


def _kind(word: str) -> str:
    """Returns what all occurrences of a word have in common."""
    return _EDGES.sub("", word).casefold() or word
