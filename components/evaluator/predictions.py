"""What the models say of each evaluation example: an Examples artifact that TFMA reads.

The features of a prediction, one `tf.Example` each, without the image or the text:

    source          path of the file, or table and row
    label           the true class
    label_index     its place among the candidate's classes, -1 where it is none of them
    candidate       probabilities, float [classes]
    baseline        likewise, in the order of the candidate's classes; only where there is one
    <name>_slice    the slice that the example lies in, by class and by quality features
"""

import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.evaluator.slices import SUFFIX
from components.examples import read_examples, values
from components.features import LABEL, SOURCE
from components.shards import ShardWriter, place_shards

SPLIT = "test"
LABEL_INDEX = "label_index"
CANDIDATE, BASELINE = "candidate", "baseline"
_UNDER_WAY = "under_way"
_CLASSES = "classes.txt"


@dataclass(frozen=True)
class Predictions:
    """What one or two models say of the same examples."""

    classes: Sequence[str]
    """In the order of the probabilities."""
    sources: Sequence[str]
    labels: Sequence[str]
    candidate: np.ndarray
    """Probabilities, float32 [examples, classes]."""
    baseline: np.ndarray | None
    """Likewise; a class that the baseline does not know has 0."""
    slices: Mapping[str, Sequence[str]]
    """By feature, the name of each example's slice."""

    @property
    def label_indices(self) -> np.ndarray:
        """Places of the true classes, int [examples]; -1 where the candidate does not know it."""
        places = {name: place for place, name in enumerate(self.classes)}
        return np.array([places.get(label, -1) for label in self.labels])

    def right(self, probabilities: np.ndarray) -> np.ndarray:
        """Returns of which examples the most probable class is the true one, bool [examples]."""
        return probabilities.argmax(axis=1) == self.label_indices

    def write(self, folder: Path) -> None:
        """Writes an Examples artifact of one split."""
        folder.mkdir(parents=True, exist_ok=True)
        # Nobody can split or escape a name with a line break in it: folders and tables have none.
        (folder / _CLASSES).write_text("".join(f"{name}\n" for name in self.classes))
        under_way = folder / _UNDER_WAY
        writer = ShardWriter(str(under_way))
        for example in self._examples():
            writer.write(example.SerializeToString())
        place_shards(writer.close(), folder / f"Split-{SPLIT}")
        under_way.rmdir()

    def _examples(self) -> Iterator[tf.train.Example]:
        indices = self.label_indices
        for row, (source, label) in enumerate(zip(self.sources, self.labels, strict=True)):
            features = {
                SOURCE: _bytes(source),
                LABEL: _bytes(label),
                LABEL_INDEX: tf.train.Feature(int64_list=tf.train.Int64List(value=[indices[row]])),
                CANDIDATE: _floats(self.candidate[row]),
                **{f"{name}{SUFFIX}": _bytes(of[row]) for name, of in self.slices.items()},
            }
            if self.baseline is not None:
                features[BASELINE] = _floats(self.baseline[row])
            yield tf.train.Example(features=tf.train.Features(feature=features))


def read_predictions(folder: Path) -> Predictions:
    """Reads what `Predictions.write` wrote."""
    strings: dict[str, list[str]] = {}
    numbers = {CANDIDATE: array("f"), BASELINE: array("f")}
    for example in read_examples(str(folder), SPLIT):
        for name in example.features.feature:
            if name in numbers:
                numbers[name].extend(values(example, name))
            elif name != LABEL_INDEX:
                # A name that many examples have is held once.
                strings.setdefault(name, []).append(sys.intern(values(example, name)[0]))

    def probabilities(name: str) -> np.ndarray:
        return np.array(numbers[name], np.float32).reshape(len(strings[SOURCE]), -1)

    return Predictions(
        classes=(folder / _CLASSES).read_text().splitlines(),
        sources=strings[SOURCE],
        labels=strings[LABEL],
        candidate=probabilities(CANDIDATE),
        baseline=probabilities(BASELINE) if numbers[BASELINE] else None,
        slices={
            name.removesuffix(SUFFIX): strings[name]
            for name in sorted(strings)
            if name.endswith(SUFFIX)
        },
    )


def _bytes(value: str) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value.encode()]))


def _floats(row: np.ndarray) -> tf.train.Feature:
    return tf.train.Feature(float_list=tf.train.FloatList(value=row))
