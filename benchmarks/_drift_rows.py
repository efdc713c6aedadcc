"""Examples with all that the ways to find drift look at, worked out once and drawn from often."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.drift_report.model_view import ModelView, View, view_of_images, view_of_texts
from components.drift_report.sample import Sample
from components.drift_report.spans import HELD_OUT
from components.errors import InputError
from components.example_gen import images, texts
from components.examples import read_splits
from components.features import IMAGE, TEXT

_MAX_PIXELS = 2**26


@dataclass(frozen=True)
class Rows:
    """Examples. What `plain_measures` reads of a `Sample` has the same name here."""

    kind: str
    serialized: list[bytes]
    contents: list[bytes]
    labels: list[str] | None
    scalars: dict[str, np.ndarray]
    """float64 [rows], by feature."""
    view: View

    def __len__(self) -> int:
        return len(self.serialized)

    def take(self, places: np.ndarray) -> "Rows":
        """Returns some of the rows, in the order of their places."""
        probabilities = self.view.probabilities
        view = View(
            self.view.embeddings[places],
            None if probabilities is None else probabilities[places],
            self.view.classes,
        )
        return Rows(
            self.kind,
            [self.serialized[place] for place in places],
            [self.contents[place] for place in places],
            self.labels and [self.labels[place] for place in places],
            {name: column[places] for name, column in self.scalars.items()},
            view,
        )

    def unlabelled(self) -> "Rows":
        """Returns the same rows without labels."""
        return replace(self, labels=None)

    def altered(self, contents: Sequence[bytes], model: ModelView | None) -> "Rows":
        """Returns the same rows with other images or texts, measured and looked at anew."""
        changed = zip(self.serialized, contents, strict=True)
        return look([with_content(*row) for row in changed], model)


def read(examples: Path, model: ModelView | None) -> Rows:
    """Reads the examples that a model has not learned from.

    Args:
      examples: an Examples artifact.
      model: what looks at them; a fixed view does where it is None.

    Raises:
      InputError: there are none.
    """
    serialized = list(read_splits(str(examples), HELD_OUT))
    if not serialized:
        raise InputError(f"{examples}: no examples in the splits {' and '.join(HELD_OUT)}")
    contents = Sample(len(serialized), serialized).contents
    # Measured anew: the run may be older than one of the measures.
    changed = zip(serialized, contents, strict=True)
    return look([with_content(*row) for row in changed], model)


def look(serialized: list[bytes], model: ModelView | None) -> Rows:
    """Parses examples, and looks at them with a model, or else with the fixed view."""
    sample = Sample(len(serialized), serialized)
    kind = "image" if IMAGE in sample.examples[0].features.feature else "text"
    if model:
        view = model.look(serialized)
    elif kind == "image":
        view = view_of_images(sample.contents)
    else:
        view = view_of_texts([content.decode() for content in sample.contents])
    return Rows(kind, serialized, sample.contents, sample.labels, sample.scalars, view)


def with_content(serialized: bytes, content: bytes) -> bytes:
    """Returns an example with another image or text, and with what ingest measures of it."""
    example = tf.train.Example.FromString(serialized)
    feature = example.features.feature
    if IMAGE in feature:
        name, measures = IMAGE, images.measure(content, _MAX_PIXELS)
    else:
        name, measures = TEXT, texts.measure(content.decode())
    feature[name].bytes_list.value[:] = [content]
    for measured, value in measures._asdict().items():
        field = feature[measured]
        numbers = field.int64_list if isinstance(value, int) else field.float_list
        numbers.value[:] = [value]
    return example.SerializeToString(deterministic=True)
