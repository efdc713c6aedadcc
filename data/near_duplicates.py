"""Pairs of texts that say nearly the same, found exactly and without comparing all pairs.

A text is the set of its word shingles; two texts are near-duplicates when the Jaccard similarity
of their sets reaches a threshold (Broder, "On the resemblance and containment of documents",
1997). Candidates come from an inverted index over each set's rarest shingles: two sets of
similarity t must share one of their first |x| - ceil(t|x|) + 1 shingles in any common order
(prefix filtering: Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007), so
nothing is missed.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"[^\W\d_]+|\d+")


def shingles(text: str, words: int = 2) -> frozenset[tuple[str, ...]]:
    """Returns every run of up to `words` consecutive words of the normalised text.

    Normalised means lower case, every number 0, punctuation and underscores dropped. Shorter runs
    count as well, since a text of ten words has few long ones to compare.
    """
    normal = ["0" if word.isdigit() else word for word in _WORD.findall(text.lower())]
    return frozenset(
        tuple(normal[start : start + length])
        for length in range(1, words + 1)
        for start in range(len(normal) - length + 1)
    )


def jaccard(first: frozenset, second: frozenset) -> float:
    """Returns |intersection| / |union|, in 0..1; two empty sets are alike."""
    shared = len(first & second)
    union = len(first) + len(second) - shared
    return shared / union if union else 1.0


def pairs(texts: Sequence[str], threshold: float) -> Iterator[tuple[int, int]]:
    """Yields each (i, j) with i < j and Jaccard similarity of the shingles >= threshold, once.

    Ordered by j, then i. A text without a word has no shingles and is in no pair.
    """
    sets = [shingles(text) for text in texts]
    frequency = Counter(shingle for one in sets for shingle in one)
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j, current in enumerate(sets):
        rarest = sorted(current, key=lambda shingle: (frequency[shingle], shingle))
        prefix = rarest[: len(rarest) - math.ceil(threshold * len(rarest)) + 1]
        for i in sorted({i for shingle in prefix for i in index[shingle]}):
            if jaccard(sets[i], current) >= threshold:
                yield i, j
        for shingle in prefix:
            index[shingle].append(j)
