"""What is compared, and how: numbers, mixes of classes, words, and what the model sees.

The distances were chosen by measured power: see `benchmarks/drift_power.py`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.drift_report.calibration import Comparison, Drawn
from components.drift_report.neighbours import Neighbourhood
from components.drift_report.report import Histogram, Map, Mix, Words

_BINS = 32
_CHART_BINS = 24
_WORDS = 1000
_WORDS_SHOWN = 20
_FEWEST_TEXTS = 10
_KNOWN_FROM = 5
_MAP_POINTS = 400
_DRAWS = 200
_FREQUENCIES = 512
_PAIRS_FOR_BANDWIDTH = 1000
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Measure:
    """Something that both samples have, ready to be judged and to be shown."""

    name: str
    statistic: str
    """Name of the distance, in words."""
    comparison: Comparison | Drawn
    summary: str
    """What moved, in words."""
    chart: Histogram | Mix | Words | Map


def number(name: str, reference: np.ndarray, current: np.ndarray) -> Measure | None:
    """Compares a number by the distance of Anderson and Darling, over bins of the reference.

    The squared gap between the cumulative shares, weighed by its variance, averaged over the bins:
    Scholz and Stephens, "K-Sample Anderson-Darling Tests", 1987. It sees a move of the tails as
    well as one of the middle.

    Args:
      name: of the feature.
      reference: float64 [examples]; NaN is missing, and a bin of its own.
      current: likewise.

    Returns:
      None where no example of the reference has the number, or all have the same one, as the
      current examples.
    """
    finite = reference[np.isfinite(reference)]
    if not finite.size:
        return None
    everything = np.concatenate([reference, current])
    if np.all(everything == everything[0]):
        return None
    # Just above each quantile, so that a value that many share is a bin's last; and below them all.
    quantiles = np.unique(np.quantile(finite, np.linspace(0, 1, _BINS + 1)[:-1], method="lower"))
    edges = np.concatenate([[np.nextafter(quantiles[0], -np.inf)], np.nextafter(quantiles, np.inf)])
    binned = [_indicators(values, edges) for values in (reference, current)]
    cumulative = np.cumsum(binned[0].mean(axis=0))[:-1].clip(1 / len(reference), None)
    variance = np.maximum(cumulative * (1 - cumulative), 0.5 / len(reference))

    def distance(difference: np.ndarray) -> np.ndarray:
        gaps = np.cumsum(difference, axis=-1)[..., :-1]
        return np.sqrt((gaps**2 / variance).mean(axis=-1))

    return Measure(
        name,
        "Anderson-Darling distance",
        Comparison(binned[0], binned[1], distance),
        _moved(reference, current),
        _histogram(reference, current),
    )


def mix(
    name: str, names: Sequence[str], reference: np.ndarray, current: np.ndarray
) -> Measure | None:
    """Compares shares of classes by the chi-square distance: each weighed by its own variance.

    Args:
      name: of what is compared.
      names: of the classes.
      reference: float32 [examples, classes], indicators or probabilities.
      current: likewise.

    Returns:
      None where there are fewer than two classes.
    """
    if len(names) < 2:
        return None
    # A class that the reference lacks has a variance too: as if half an example were of it.
    variance = np.maximum(reference.var(axis=0), 0.5 / len(reference))
    shares = reference.mean(axis=0), current.mean(axis=0)
    most = int(np.argmax(np.abs(shares[1] - shares[0])))

    def distance(difference: np.ndarray) -> np.ndarray:
        return np.sqrt((difference**2 / variance).mean(axis=-1))

    return Measure(
        name,
        "chi-square distance",
        Comparison(reference.astype(np.float32), current.astype(np.float32), distance),
        f"{names[most]} {shares[0][most]:.1%} → {shares[1][most]:.1%}",
        Mix(list(names), shares[0].tolist(), shares[1].tolist()),
    )


def labels(name: str, reference: Sequence[str], current: Sequence[str]) -> Measure | None:
    """Compares the mix of labels, one a row."""
    names = sorted({*reference, *current})
    columns = [
        (np.array(side, dtype=object)[:, None] == np.array(names, dtype=object)).astype(np.float32)
        for side in (reference, current)
    ]
    return mix(name, names, *columns)


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


def embedding(reference: np.ndarray, current: np.ndarray, seed: int) -> Measure:
    """Compares embeddings by the maximum mean discrepancy (Gretton et al., "A Kernel Two-Sample
    Test", 2012) of a Gaussian kernel, through random Fourier features (Rahimi and Recht, "Random
    Features for Large-Scale Kernel Machines", 2007), which make it a distance of means.

    The bandwidth is the median distance of two examples of the reference.

    Args:
      reference: as `project` returns it, float32 [examples, components].
      current: likewise.
      seed: of the random features.
    """
    random = np.random.default_rng(seed)
    first, second = reference[random.integers(0, len(reference), (2, _PAIRS_FOR_BANDWIDTH))]
    median = float(np.median(np.linalg.norm(first - second, axis=1))) or 1.0
    frequencies = random.normal(size=(reference.shape[1], _FREQUENCIES)) / median

    def features(points: np.ndarray) -> np.ndarray:
        angles = (points @ frequencies).astype(np.float32)
        return np.concatenate([np.cos(angles), np.sin(angles)], axis=1) / np.sqrt(_FREQUENCIES)

    def distance(difference: np.ndarray) -> np.ndarray:
        return np.linalg.norm(difference, axis=-1)

    spread = float(np.sqrt(reference.var(axis=0).sum())) or 1.0
    moved = float(np.linalg.norm(current.mean(axis=0) - reference.mean(axis=0))) / spread
    return Measure(
        "embedding",
        "maximum mean discrepancy",
        Comparison(features(reference), features(current), distance),
        f"the middle moved by {moved:.2f} of the reference's spread",
        _map([reference, current], random),
    )


def near_duplicates(neighbourhood: Neighbourhood, seed: int) -> Measure:
    """Compares the shares of examples that have a near-duplicate beside them in their sample.

    The more examples, the more neighbours: the share of the larger sample is that of parts of it
    that are as large as the other. Fewer of them than usual are no drift.
    """
    reference, current = neighbourhood.reference, neighbourhood.current
    size = min(len(reference.near), len(current.near))
    usual, share = (
        float(side.duplicate_shares(size, _DRAWS, seed).mean()) for side in (reference, current)
    )

    def by_chance(resamples: int) -> np.ndarray:
        shares = reference.duplicate_shares(size, resamples, seed + 1)
        return np.maximum(shares - usual, 0)

    return Measure(
        "near_duplicates",
        "rise of the share",
        Drawn(max(0.0, share - usual), by_chance),
        f"{usual:.1%} → {share:.1%} of the examples",
        Mix(["near-duplicate"], [usual], [share]),
    )


def _indicators(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Returns in which bin each value lies, float32 [values, bins]: the last is for NaN."""
    places = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values))
    return np.eye(len(edges) + 2, dtype=np.float32)[places]


def _moved(reference: np.ndarray, current: np.ndarray) -> str:
    sides = [values[np.isfinite(values)] for values in (reference, current)]
    missing = [
        1 - len(side) / len(values)
        for side, values in zip(sides, (reference, current), strict=True)
    ]
    medians = " → ".join(f"{np.median(side):.4g}" if side.size else "none" for side in sides)
    lost = f"; missing in {missing[0]:.1%} → {missing[1]:.1%}" if any(missing) else ""
    return f"median {medians}{lost}"


def _histogram(reference: np.ndarray, current: np.ndarray) -> Histogram:
    sides = [values[np.isfinite(values)] for values in (reference, current)]
    together = np.concatenate(sides)
    # So that a few outliers don't squeeze the rest into one bin.
    low, high = np.quantile(together, [0.005, 0.995])
    if low == high:
        low, high = together.min(), together.max()
    edges = np.linspace(low, high, _CHART_BINS + 1)
    shares = [np.histogram(side.clip(low, high), edges)[0] / max(1, len(side)) for side in sides]
    return Histogram(edges.tolist(), shares[0].tolist(), shares[1].tolist())


def _map(projected: Sequence[np.ndarray], random: np.random.Generator) -> Map:
    """Lays points of both samples out in the two components that tell most of them apart."""
    together = np.concatenate(projected)
    centre = together.mean(axis=0)
    _, _, axes = np.linalg.svd(
        together[random.integers(0, len(together), _PAIRS_FOR_BANDWIDTH)] - centre,
        full_matrices=False,
    )
    shown = []
    for side in projected:
        rows = random.permutation(len(side))[:_MAP_POINTS]
        points = (side[rows] - centre) @ axes[:2].T
        if points.shape[1] < 2:
            points = np.pad(points, ((0, 0), (0, 1)))
        shown.append([(round(float(x), 3), round(float(y), 3)) for x, y in points])
    return Map(shown[0], shown[1])
