"""Which examples a model is measured on, and which set the ranges of its integers."""

import hashlib
import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import tensorflow as tf

from components.examples import read_records, values
from components.features import LABEL, SOURCE

_Drawn = tuple[bytes, bytes]
"""Hash of an example, and the example."""


def choose_examples(files: Sequence[str], count: int) -> list[bytes]:
    """Chooses the examples with the smallest hash of their `source`: random, yet always the same.

    Args:
      files: gzipped TFRecord files of serialized `tf.Example`.
      count: how many; all where there are fewer.

    Returns:
      Serialized examples in the order of their hashes; of each class about its share.
    """
    drawn = heapq.nsmallest(count, _drawn(read_records(sorted(files)), seed=None))
    return [example for _, example in drawn]


def choose_balanced(
    files: Sequence[str], classes: Sequence[str], count: int, seed: int
) -> list[bytes]:
    """Chooses as many examples of each class, at random, yet always the same for a seed.

    Args:
      files: as above.
      classes: names of all classes; examples of others are left out.
      count: how many in all; more where there are more classes, fewer where a class is small.
      seed: another one draws others.

    Returns:
      Serialized examples, in turn of each class.
    """
    share = math.ceil(count / len(classes))
    kept: dict[str, list[_Drawn]] = {name: [] for name in classes}
    for drawn in _drawn(read_records(sorted(files)), seed):
        of_class = kept.get(label(drawn[1]))
        if of_class is not None:
            of_class.append(drawn)
            # Never all that there are in memory.
            if len(of_class) > 2 * share:
                of_class[:] = heapq.nsmallest(share, of_class)
    ranked = (heapq.nsmallest(share, of_class) for of_class in kept.values())
    turns = zip_longest(*ranked)
    return [drawn[1] for turn in turns for drawn in turn if drawn]


def label(serialized: bytes) -> str:
    """Returns an example's true class."""
    return "".join(values(tf.train.Example.FromString(serialized), LABEL))


def _drawn(examples: Iterable[bytes], seed: int | None) -> Iterator[_Drawn]:
    prefix = b"" if seed is None else f"{seed} ".encode()
    for example in examples:
        features = tf.train.Example.FromString(example).features.feature
        source = b"".join(features[SOURCE].bytes_list.value)
        yield hashlib.sha256(prefix + (source or example)).digest(), example
