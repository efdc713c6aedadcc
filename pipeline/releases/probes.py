"""Requests by which versions in service are compared: real ones, that the version brings along."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.examples import read_splits
from components.infra_validator.requests import real_requests
from components.saved_model import WARM_UP
from pipeline.releases.pushed import Pushed

_MOST = 32
"""Requests."""
_SPLITS = ("test", "eval", "train")
_DEFAULT = tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY


class Probe(NamedTuple):
    """A request to a signature."""

    signature: str
    inputs: dict[str, np.ndarray]
    """Strings are bytes, of dtype object."""


class Probes(NamedTuple):
    """Requests, and where they come from."""

    requests: list[Probe]
    source: str
    """Such as "its warm-up requests"; or why there are none."""


def probes_of(version: Pushed) -> Probes:
    """Returns a version's warm-up requests; without any, requests made of examples of its run.

    Of the warm-up requests those to `predict` an output are taken, the kind that the pipeline
    writes.
    """
    played = [_probe(each) for each in islice(_warm_up(version.folder / WARM_UP), _MOST)]
    if played:
        return Probes(played, "its warm-up requests")
    if version.examples:
        examples = islice(read_splits(version.examples, _SPLITS), _MOST)
        made = [_probe(each) for each in real_requests("", examples)]
        if made:
            return Probes(made, f"examples of span {version.span}")
    return Probes([], "it has no warm-up requests, and the examples of its run are gone")


def _warm_up(file: Path) -> Iterator[PredictRequest]:
    if not file.is_file():
        return
    for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
        log = PredictionLog.FromString(record)
        if log.HasField("predict_log"):
            yield log.predict_log.request


def _probe(request: PredictRequest) -> Probe:
    inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
    return Probe(request.model_spec.signature_name or _DEFAULT, inputs)
