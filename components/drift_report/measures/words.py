"""Which words texts have."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from components.drift_report.calibration import Comparison
from components.drift_report.measures.measure import Measure
from components.drift_report.measures.numbers import number
from components.drift_report.report import Words

_WORDS = 1000
_WORDS_SHOWN = 20
_FEWEST_TEXTS = 10
_KNOWN_FROM = 5
_WORD = re.compile(r"[^\W\d_]+")


def words(reference: Sequence[str], current: Sequence[str]) -> list[Measure]:
    """Compares the words of texts, in two ways.

    By the largest move, in standard deviations, of the share of texts that a word occurs in, among
    the words that most texts have; and by how many of a text's words are unknown, that is, in fewer
    than five of the reference's other texts.

    Returns:
      None of them where hardly a text has words.
    """
    sides = [
        [Counter(_WORD.findall(text.lower())) for text in texts] for texts in (reference, current)
    ]
    known = Counter(word for found in sides[0] for word in found)
    # Of both together: a sample's own most frequent words are less frequent in any other.
    everywhere = known + Counter(word for found in sides[1] for word in found)
    frequent = [word for word, n in everywhere.most_common(_WORDS) if n >= _FEWEST_TEXTS]
    if not frequent:
        return []
    # Without a text's own word, so that the reference's texts are to it what the current ones are.
    unknown = [
        np.array([_share(found, known, own) for found in side])
        for side, own in zip(sides, (1, 0), strict=True)
    ]
    return [
        measure
        for measure in (_frequencies(frequent, sides), number("unknown_words", *unknown))
        if measure
    ]


def _share(found: Counter[str], texts_with: Counter[str], own: int) -> float:
    """Returns the share of a text's words that too few of the reference's other texts have."""
    unknown = sum(n for word, n in found.items() if texts_with[word] - own < _KNOWN_FROM)
    return unknown / max(1, found.total())


def _frequencies(vocabulary: Sequence[str], sides: Sequence[Sequence[Counter[str]]]) -> Measure:
    places = {word: place for place, word in enumerate(vocabulary)}
    columns = [np.zeros((len(side), len(vocabulary)), np.float32) for side in sides]
    for side, column in zip(sides, columns, strict=True):
        for row, found in enumerate(side):
            column[row, [places[word] for word in found if word in places]] = 1
    shares = [column.mean(axis=0) for column in columns]
    together = np.concatenate(columns).mean(axis=0)
    deviation = np.sqrt(np.maximum(together * (1 - together), 1 / len(sides[0])))

    def distance(difference: np.ndarray) -> np.ndarray:
        return np.abs(difference / deviation).max(axis=-1)

    moved = np.argsort(-np.abs(shares[1] - shares[0]) / deviation)[:_WORDS_SHOWN]
    first = moved[0]
    return Measure(
        "words",
        "largest move of a word's share, in standard deviations",
        Comparison(columns[0], columns[1], distance),
        f"“{vocabulary[first]}” in {shares[0][first]:.1%} → {shares[1][first]:.1%} of the texts",
        Words(
            [vocabulary[place] for place in moved],
            shares[0][moved].tolist(),
            shares[1][moved].tolist(),
        ),
    )
