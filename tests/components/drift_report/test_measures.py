"""Each measure sees the move that it is for, and none where there is none."""

import numpy as np
import pytest

from components.drift_report import measures
from components.drift_report.calibration import judge
from components.drift_report.neighbours import neighbourhood
from components.drift_report.projection import project


@pytest.fixture
def random():
    return np.random.default_rng(1)


def drifted(measure):
    (outcome,) = judge([measure.comparison], 0.05, seed=1)
    return outcome.drifted


@pytest.mark.parametrize(("middle", "scale"), [(0.4, 1.0), (0.0, 1.5)])
def test_a_number_that_moves_or_spreads_is_found(random, middle, scale):
    reference = random.normal(size=1000)
    assert drifted(measures.number("x", reference, random.normal(middle, scale, 300)))
    assert not drifted(measures.number("x", reference, random.normal(size=300)))


def test_a_number_beyond_all_that_the_reference_has_is_found(random):
    reference = random.random(500)
    assert drifted(measures.number("x", reference, random.random(100) + 5))


def test_whole_numbers_of_which_many_are_alike_are_compared(random):
    reference = random.integers(0, 3, 900).astype(float)
    assert drifted(
        measures.number("x", reference, random.choice([0.0, 1, 2], 200, p=[0.6, 0.2, 0.2]))
    )
    assert not drifted(measures.number("x", reference, np.arange(200.0) % 3))


def test_a_constant_that_changes_is_found_and_one_that_stays_is_not_compared():
    assert measures.number("width", np.full(50, 32.0), np.full(20, 32.0)) is None
    assert drifted(measures.number("width", np.full(50, 32.0), np.full(20, 48.0)))


def test_missing_numbers_are_a_value_of_their_own(random):
    reference, current = random.normal(size=500), random.normal(size=200)
    current[:60] = np.nan
    measure = measures.number("x", reference, current)
    assert drifted(measure)
    assert measure.summary.endswith("; missing in 0.0% → 30.0%")
    assert np.isfinite(measure.chart.edges).all()
    assert measures.number("x", np.full(10, np.nan), current) is None


def test_infinite_numbers_are_outermost(random):
    reference, current = random.normal(size=300), random.normal(size=200)
    current[:60] = np.inf
    measure = measures.number("x", reference, current)
    assert drifted(measure)
    assert np.isfinite(measure.chart.edges).all()


def test_a_few_examples_like_no_others_are_found(random):
    """Among other comparisons, of which each has its share of the false alarms."""
    share = 0.003
    found = 0
    for _ in range(10):
        reference, current = random.normal(size=5000), random.normal(size=200)
        current[:10] += 6
        comparison = measures.number("x", reference, current).comparison
        (outcome,) = judge([comparison], share, 1)
        found += outcome.drifted
    assert found >= 8


def test_a_mix_of_labels_that_moves_is_found(random):
    reference = random.choice(["cat", "dog"], 2000).tolist()
    moved = measures.labels("label", reference, ["cat"] * 130 + ["dog"] * 70)
    assert drifted(moved)
    assert moved.summary.startswith(("cat ", "dog "))
    assert not drifted(measures.labels("label", reference, ["cat"] * 104 + ["dog"] * 96))


def test_a_label_that_the_reference_lacks_is_found():
    reference = ["cat", "dog"] * 100
    measure = measures.labels("label", reference, ["cat", "dog"] * 45 + ["owl"] * 10)
    assert drifted(measure)
    assert measure.chart.names == ["cat", "dog", "owl"]


def test_words_that_come_more_often_are_found_and_named(random):
    vocabulary = np.array([f"word{chr(97 + k)}" for k in range(20)])

    def texts(count, extra=""):
        return [" ".join([*random.choice(vocabulary, 8), extra]) for _ in range(count)]

    reference = texts(600)
    (moved,) = measures.words(reference, texts(200, "worda"))
    assert drifted(moved)
    assert moved.chart.names[0] == "worda"
    assert not drifted(measures.words(reference, texts(200))[0])
    _, unknown = measures.words(reference, texts(200, "unheard"))
    assert unknown.name == "unknown_words" and drifted(unknown)


def test_the_references_own_rare_words_are_no_drift(random):
    """A text's words count as unknown as if the text were not in the reference."""

    def texts(count):
        rare = random.integers(0, 2000, count)
        return [f"the film {'abcdefghij'[k % 10]}{'klmnopqrst'[k // 10 % 10]}x" * 1 for k in rare]

    _, unknown = measures.words(texts(1000), texts(300))
    assert not drifted(unknown)


def test_texts_without_words_have_none_to_compare():
    assert measures.words(["123", "..."], ["some words"]) == []


def test_an_embedding_that_moves_in_a_component_of_little_variance_is_found(random):
    scales = np.array([4.0, 2.0, 0.5, 0.5])
    reference = random.normal(size=(1000, 4)) * scales
    current = random.normal(size=(200, 4)) * scales
    same = measures.embedding(*project(reference, current), seed=1)
    current[:, 2] += 0.5
    moved = measures.embedding(*project(reference, current), seed=1)
    assert (drifted(same), drifted(moved)) == (False, True)
    assert len(moved.chart.reference) == 400 and len(moved.chart.current) == 200


def test_an_embedding_that_splits_in_two_around_the_same_middle_is_found(random):
    reference = random.normal(size=(1000, 3))
    current = random.normal(size=(300, 3)) * 0.2
    current[:, 0] += random.choice([-1, 1], 300)
    assert drifted(measures.embedding(*project(reference, current), seed=1))


def test_a_small_reference_of_many_components_raises_no_false_alarms(random):
    """A sample is wider in its own principal components than any other is."""

    def alarms():
        reference, current = random.normal(size=(80, 60)), random.normal(size=(40, 60))
        return drifted(measures.embedding(*project(reference, current), seed=1))

    # Of 60 at 5 %, three are expected.
    assert sum(alarms() for _ in range(60)) <= 8


def test_the_most_frequent_words_of_a_small_reference_raise_no_false_alarms(random):
    def texts(count):
        return [
            " ".join("".join(random.choice(list("abcdefgh"), 2)) for _ in range(10))
            for _ in range(count)
        ]

    assert sum(drifted(measures.words(texts(60), texts(40))[0]) for _ in range(60)) <= 8


def test_near_duplicates_are_found(random):
    reference, current = random.normal(size=(400, 6)), random.normal(size=(200, 6))
    again = np.concatenate([current[:180], current[:20] + 1e-4])

    def outcome(points):
        measure = measures.near_duplicates(neighbourhood(*project(reference, points), 1), seed=1)
        plain = measures.number("x", reference[:, 0], points[:, 0]).comparison
        return judge([plain], 0.05, 1, [measure.comparison])[1], measure

    found, measure = outcome(again)
    assert found.drifted
    assert measure.summary.endswith("% → 20.0% of the examples")
    assert not outcome(current)[0].drifted


@pytest.mark.parametrize(("reference_count", "current_count"), [(300, 300), (150, 600)])
def test_repeats_that_are_usual_raise_no_false_alarms(random, reference_count, current_count):
    """Bursts of a camera, say: the more examples, the more of them have a neighbour."""

    def alarms():
        places = random.normal(size=(2000, 6))
        reference, current = (
            places[random.integers(0, 2000, count)] for count in (reference_count, current_count)
        )
        near = neighbourhood(*project(reference, current), 1)
        drawn = measures.near_duplicates(near, seed=1).comparison
        return drawn.observed > np.quantile(drawn.by_chance(300), 0.95)

    # Of 40 at 5 %, two are expected.
    assert sum(alarms() for _ in range(40)) <= 6


def test_a_small_reference_raises_no_false_alarms(random):
    def alarms():
        sides = random.choice(list("abcdefghij"), 60), random.choice(list("abcdefghij"), 300)
        numbers = random.gamma(1.0, size=60), random.gamma(1.0, size=300)
        found = [measures.labels("label", *map(list, sides)), measures.number("x", *numbers)]
        outcomes = judge([measure.comparison for measure in found], 0.05, seed=1)
        return any(outcome.drifted for outcome in outcomes)

    # Of 60 at 5 %, three are expected.
    assert sum(alarms() for _ in range(60)) <= 8
