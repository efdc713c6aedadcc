"""Takes the examples out of logged requests: TensorFlow Serving's PredictionLog."""

from collections.abc import Iterator

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.input_pb2 import Input
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.saved_model import EXAMPLES_INPUT, PREDICT_INPUTS


def parse(record: bytes) -> PredictionLog | None:
    """Returns a record as a logged request; None where it is none, such as a `tf.Example`."""
    try:
        log = PredictionLog.FromString(record)
    except DecodeError:
        return None
    return log if log.WhichOneof("log_type") else None


def contents(log: PredictionLog, kind: str) -> list[bytes]:
    """Returns the images or texts that a request was about, in its order.

    Args:
      log: of a request to predict, raw or with `tf.Example`s, or to classify or regress.
      kind: `image` or `text`.
    """
    match log.WhichOneof("log_type"):
        case "predict_log":
            return _of_predict(log.predict_log.request, kind)
        case "classify_log" | "regress_log" | "multi_inference_log" as name:
            examples = _of_input(getattr(log, name).request.input)
            return [found for each in examples for found in _of_example(each, kind)]
    return []


def _of_predict(request: PredictRequest, kind: str) -> list[bytes]:
    if (raw := PREDICT_INPUTS[kind]) in request.inputs:
        return list(request.inputs[raw].string_val)
    if EXAMPLES_INPUT in request.inputs:
        serialized = request.inputs[EXAMPLES_INPUT].string_val
        return [found for each in serialized for found in _of_example(each, kind)]
    return []


def _of_input(source: Input) -> Iterator[bytes]:
    with_context = source.example_list_with_context
    # A message is merged with another by putting its bytes before the other's.
    context = with_context.context.SerializeToString()
    for example in (*source.example_list.examples, *with_context.examples):
        yield context + example.SerializeToString()


def _of_example(serialized: bytes, kind: str) -> list[bytes]:
    try:
        features = tf.train.Example.FromString(serialized).features.feature
    except DecodeError:
        return []
    return list(features[kind].bytes_list.value) if kind in features else []
