"""Claims about which examples are measured on, and which set the ranges of integers."""

import hashlib
from collections import Counter

import tensorflow as tf

from components.examples import content_of
from components.tflite_rewriter.chosen import choose_balanced, choose_examples, label


def source(example: bytes) -> bytes:
    return tf.train.Example.FromString(example).features.feature["source"].bytes_list.value[0]


def test_the_choice_is_that_of_the_smallest_hashes(images):
    """The examples are the first by SHA-256 of their source, whatever the order of the files."""
    expected = sorted(images.raw, key=lambda each: hashlib.sha256(source(each)).digest())
    files = images.files("test")
    assert choose_examples(files, 7) == expected[:7]
    assert choose_examples(files[::-1], 7) == expected[:7]


def test_all_examples_are_taken_where_there_are_too_few(images):
    """A count above the split's size takes the split."""
    assert sorted(choose_examples(images.files("test"), 1000)) == sorted(images.raw)


def test_representative_examples_are_as_many_of_each_class(images):
    """Of 40 training examples in three classes, 12 are 4 of each, in turn of the classes."""
    chosen = choose_balanced(images.files("train"), images.classes, 12, seed=1)
    assert [label(each) for each in chosen] == images.classes * 4
    assert len({source(each) for each in chosen}) == 12


def test_the_seed_alone_decides_about_them(images):
    """The same seed gives the same examples from files in any order, another one gives others."""
    files = images.files("train")
    chosen = choose_balanced(files, images.classes, 12, seed=1)
    assert choose_balanced(files[::-1], images.classes, 12, seed=1) == chosen
    assert choose_balanced(files, images.classes, 12, seed=2) != chosen


def test_a_small_class_gives_what_it_has(images):
    """Where a class has fewer than its share, the others do not make up for it; classes that the
    model does not know are left out."""
    everything = choose_balanced(images.files("train"), images.classes, 3000, seed=1)
    assert Counter(map(label, everything)) == {"cat": 14, "dog": 13, "owl": 13}
    known = choose_balanced(images.files("train"), ["cat"], 5, seed=1)
    assert {label(each) for each in known} == {"cat"}


def test_raw_examples_are_files_or_texts(images, texts):
    """What a client would send: the bytes of a PNG file, or UTF-8."""
    assert content_of(images.raw[0]).startswith(b"\x89PNG")
    assert content_of(texts.raw[0]).startswith(b"word")
