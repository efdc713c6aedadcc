"""A bounded part of a span, drawn at random, and what its examples hold."""

import numpy as np
import pytest
import tensorflow as tf

from components.drift_report.sample import Digests, draw


def example(number: int, **others) -> bytes:
    features = {"text": f"text {number}".encode(), "label": b"a", "source": b"x.csv"} | others
    made = tf.train.Example()
    for name, value in features.items():
        if isinstance(value, bytes):
            made.features.feature[name].bytes_list.value.append(value)
        elif isinstance(value, int):
            made.features.feature[name].int64_list.value.append(value)
        elif value is not None:
            made.features.feature[name].float_list.value.append(value)
    return made.SerializeToString()


def test_a_small_set_is_taken_whole_and_in_order():
    sample = draw((example(n) for n in range(5)), size=10, seed=1)
    assert (sample.total, len(sample)) == (5, 5)
    assert sample.contents == [f"text {n}".encode() for n in range(5)]


def test_of_a_large_set_every_part_is_as_likely():
    counts = np.zeros(20)
    serialized = [example(n) for n in range(20)]
    for seed in range(600):
        for content in draw(iter(serialized), size=5, seed=seed).contents:
            counts[int(content.split()[1])] += 1
    # 150 each are expected, with a standard deviation of 10.6.
    assert counts.sum() == 3000
    assert counts.min() > 110 and counts.max() < 190


def test_a_draw_knows_the_size_of_the_whole():
    assert draw((example(n) for n in range(70)), size=5, seed=1).total == 70
    assert draw(iter(()), size=5, seed=1).total == 0


def test_numbers_that_are_missing_are_not_numbers():
    sample = draw(iter([example(1, words=3, share=0.5), example(2, words=4)]), size=5, seed=1)
    np.testing.assert_array_equal(sample.scalars["words"], [3, 4])
    np.testing.assert_array_equal(sample.scalars["share"], [0.5, np.nan])
    assert set(sample.scalars) == {"words", "share"}


def test_labels_are_there_for_all_or_for_none():
    labelled = draw(iter([example(1), example(2, label=b"b")]), size=5, seed=1)
    assert labelled.labels == ["a", "b"]
    assert draw(iter([example(1), example(2, label=None)]), size=5, seed=1).labels is None


@pytest.mark.parametrize("known", [[], [1], [0, 1, 2]])
def test_contents_are_found_again_whatever_else_the_examples_say(known):
    seen = Digests(example(number, source=b"elsewhere") for number in known)
    others = draw(seen.others(example(n) for n in range(3)), size=5, seed=1)
    assert others.contents == [f"text {n}".encode() for n in range(3) if n not in known]
