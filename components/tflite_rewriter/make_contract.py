"""Writes the contract of a network."""

import dataclasses
import os
from pathlib import Path
from typing import Any

import tensorflow as tf

from components.features import IMAGE
from components.tflite_rewriter.contract import VOCABULARY_FILE, Contract, Tensor
from components.tflite_rewriter.network import PROBABILITIES, Network
from components.tflite_rewriter.pixels import Pixels
from components.tflite_rewriter.tokens import tokens_of
from components.token_ids import VOCABULARY


def make_contract(
    network: Network, task: str, kind: str, features: dict[str, Any], folder: Path
) -> Contract:
    """Writes `model.json`, `labels.txt` and, for texts, `vocabulary.txt`.

    Args:
      network: whose transform the contract describes.
      task: the task's name.
      kind: `image` or `text`.
      features: the fields of the task's `ImageFeatures` or `TextFeatures`.
      folder: where to; it exists.
    """
    if kind == IMAGE:
        preprocessing, high = Pixels(**features), 255
    else:
        preprocessing = tokens_of(features)
        known = _copy_vocabulary(network, folder)
        high = preprocessing.first_id + known - 1
    shape = (1, *network.input.shape[1:])
    contract = Contract(
        task=task,
        kind=kind,
        classes=tuple(network.classes),
        input=Tensor(network.input.name, shape, network.input.dtype.name, 0, high),
        output=Tensor(PROBABILITIES, (1, len(network.classes)), "float32", 0, 1),
        preprocessing=dataclasses.asdict(preprocessing),
        steps=tuple(preprocessing.steps()),
    )
    contract.write(folder)
    return contract


def _copy_vocabulary(network: Network, folder: Path) -> int:
    """Returns the number of known tokens."""
    target = folder / VOCABULARY_FILE
    source = os.path.join(network.folder, "assets", VOCABULARY)
    tf.io.gfile.copy(source, str(target), overwrite=True)
    return target.read_bytes().count(b"\n")
