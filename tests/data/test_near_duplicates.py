"""The inverted index finds exactly the pairs that comparing all pairs finds."""

import random
from itertools import combinations

import pytest

from data import near_duplicates


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 1.0])
def test_pairs_are_those_of_an_exhaustive_comparison(threshold: float) -> None:
    """On 120 random texts over few words no pair is missed, invented or repeated."""
    chance = random.Random(7)
    words = ["read", "write", "the", "a", "matrix", "series", "tensor", "of", "and"]
    texts = [" ".join(chance.choices(words, k=chance.randint(1, 6))) for _ in range(120)]
    sets = [near_duplicates.shingles(text) for text in texts]
    expected = [
        (i, j)
        for i, j in combinations(range(len(texts)), 2)
        if near_duplicates.jaccard(sets[i], sets[j]) >= threshold
    ]
    found = list(near_duplicates.pairs(texts, threshold))
    assert expected, "the comparison needs pairs to be worth something"
    assert sorted(found) == expected
    assert found == sorted(found, key=lambda pair: (pair[1], pair[0]))


def test_case_punctuation_and_numbers_do_not_count() -> None:
    """Texts that differ in nothing else have the same shingles."""
    first = near_duplicates.shingles("Return the `x_1`, if any.")
    assert first == near_duplicates.shingles("return THE x-22; if any")
    assert first != near_duplicates.shingles("return the x if any")


def test_word_order_counts() -> None:
    """The same words in another order are alike, not the same."""
    first = near_duplicates.shingles("split then join")
    second = near_duplicates.shingles("join then split")
    assert near_duplicates.jaccard(first, second) == 3 / 7


def test_texts_without_words_pair_with_nothing() -> None:
    """Empty texts and bare punctuation have no shingles to share."""
    assert list(near_duplicates.pairs(["", "...", "", "word"], 0.5)) == []
