"""Asks a fresh model what it will be asked, so that no client waits for the first answers."""

import sys
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from serving import inference
from serving.errors import invalid
from serving.saved_model import SavedModel

REQUESTS = "assets.extra/tf_serving_warmup_requests"
"""TFRecords of PredictionLog, in the folder of a SavedModel."""
_MAX_RECORDS = 1000


def warm_up(model: SavedModel, folder: Path) -> int:
    """Replays the requests that lie beside a model, if any do.

    Returns:
      Their number.

    Raises:
      ServingError: the model cannot answer one, one is of a kind that is not served, or there are
        more than 1,000.
      tf.errors.OpError: the file or the model is broken.
    """
    count = 0
    for count, log in enumerate(_logged(folder / REQUESTS), 1):
        if count > _MAX_RECORDS:
            raise invalid(f"{REQUESTS}: more than {_MAX_RECORDS} records")
        signature, inputs = _reader(log, count)(model)
        inference.check_inputs(signature, inputs)
        model.run(signature.name, inputs)
    return count


def _reader(log: PredictionLog, number: int) -> inference.Reader:
    match log.WhichOneof("log_type"):
        case "predict_log":
            return inference.predict_reader(log.predict_log.request, sys.maxsize)
        case "classify_log":
            method, request = inference.CLASSIFY, log.classify_log.request
        case "regress_log":
            method, request = inference.REGRESS, log.regress_log.request
        case other:
            raise invalid(f"{REQUESTS}: record {number} is of the kind {other}")
    return lambda model: (
        method.signature(model, request.model_spec.signature_name),
        inference.example_inputs(request.input),
    )


def _logged(file: Path) -> Iterator[PredictionLog]:
    if not file.is_file():
        return
    records = tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
    for number, record in enumerate(records, 1):
        try:
            yield PredictionLog.FromString(record)
        except DecodeError as error:
            raise invalid(f"{REQUESTS}: record {number} is no PredictionLog") from error
