"""The accuracy of a model on the fold that it was not trained on."""

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import Examples, Model
from tfx.utils import path_utils

from components.artifacts import FoldAccuracy
from components.evaluator.classifier import Classifier
from components.examples import read_splits
from components.features import LABEL
from components.saved_model import batches
from components.source_hash import source_hash

RIGHT, EXAMPLES = "right", "examples"
FILE = "accuracy.json"
_LABEL = {LABEL: tf.io.FixedLenFeature([], tf.string)}

progress = logging.getLogger("progress")


def right(saved_model: str, serialized: Iterable[bytes]) -> np.ndarray:
    """Says of which examples a model gives the label the highest probability.

    Args:
      saved_model: folder of a SavedModel with the Trainer's signatures.
      serialized: `tf.Example`s as ingest wrote them.

    Returns:
      bool [examples].
    """
    model = Classifier(saved_model)
    classes = np.array(model.classes)
    found = [np.empty(0, bool)]
    for batch in batches(serialized):
        predicted = classes[model.probabilities(batch).argmax(axis=1)]
        labels = tf.io.parse_example(batch, _LABEL)[LABEL].numpy()
        found.append(predicted == [label.decode() for label in labels])
    return np.concatenate(found)


@component
def _fold_accuracy(
    model: InputArtifact[Model],
    examples: InputArtifact[Examples],
    accuracy: OutputArtifact[FoldAccuracy],
    splits: Parameter[str],
    code: Parameter[str],
) -> None:
    path = path_utils.serving_model_path(model.uri)
    found = right(path, read_splits(examples.uri, json.loads(splits)))
    share = float(found.mean())
    accuracy.set_int_custom_property(RIGHT, int(found.sum()))
    accuracy.set_int_custom_property(EXAMPLES, len(found))
    content = json.dumps({"accuracy": share, EXAMPLES: len(found)})
    Path(accuracy.uri, FILE).write_text(f"{content}\n")
    progress.info("accuracy %.4f on %s examples", share, f"{len(found):,}")


def FoldEvaluator(model: BaseChannel, examples: BaseChannel, splits: Sequence[str]) -> BaseNode:
    """A node that measures a model on some splits, and puts out `accuracy`."""
    return _fold_accuracy(
        model=model, examples=examples, splits=json.dumps(splits), code=source_hash(__name__)
    )
