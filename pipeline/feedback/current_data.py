"""What the newest span of a task holds by now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from components.example_gen.bare_examples import read
from components.example_gen.examples_at import find_examples
from components.example_gen.set_aside import Rejected
from components.examples import content, values
from components.features import LABEL
from pipeline.feedback.contents import id_of


@dataclass(frozen=True)
class CurrentData:
    """Its contents and its classes."""

    ids: frozenset[str]
    """Of all contents, in whatever split: what is tested on must not be learned."""
    classes: tuple[str, ...]
    """Sorted."""


def read_current_data(data: Mapping[str, Any]) -> CurrentData:
    """Reads all of it.

    Args:
      data: fields of `ImageData` or `TextData`, with an absolute `path`.

    Raises:
      InputError: the data cannot be read; see `find_layout`.
    """
    ids, classes = set(), set()
    for outcome in read(find_examples(data["path"], data["kind"]), data):
        if not isinstance(outcome, Rejected):
            example = tf.train.Example.FromString(outcome)
            ids.add(id_of(content(example), data["kind"]))
            classes.update(map(str, values(example, LABEL)))
    return CurrentData(frozenset(ids), tuple(sorted(classes)))
