"""What a server is asked before a model is pushed to it, and each time it loads the model."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog, PredictLog

from components.examples import content
from components.features import IMAGE, TEXT
from components.saved_model import EXAMPLES_INPUT, PREDICT_INPUTS, WARM_UP

_BATCH_BYTES = 8 << 20
"""Of the warm-up's largest request; a folder of photographs is not to double a model's size."""


def real_requests(model: str, serialized: Iterable[bytes]) -> list[PredictRequest]:
    """Returns a request for each example, as it is.

    Args:
      model: the name that a server knows.
      serialized: `tf.Example`s.
    """
    return [_raw_request(model, [each]) for each in serialized]


def warm_up_requests(
    model: str, serialized: Sequence[bytes], largest_batch: int
) -> list[PredictRequest]:
    """Returns requests that touch all that later ones will: both signatures, and a full batch.

    Args:
      model: the name that a server knows.
      serialized: `tf.Example`s, at least one.
      largest_batch: examples that a server computes at once.
    """
    ascending = sorted(serialized, key=lambda each: (len(each), each))
    typical = ascending[len(ascending) // 2]
    batch, total = [], 0
    for example in islice(ascending, largest_batch):
        total += len(example)
        if batch and total > _BATCH_BYTES:
            break
        batch.append(example)
    return [
        _raw_request(model, [typical]),
        _raw_request(model, batch),
        _request(model, "serving_default", EXAMPLES_INPUT, [typical]),
    ]


def write_warm_up(requests: Iterable[PredictRequest], saved_model: Path) -> None:
    """Writes requests into a SavedModel's folder, where TensorFlow Serving finds them."""
    file = saved_model / WARM_UP
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for request in requests:
            log = PredictionLog(predict_log=PredictLog(request=request))
            writer.write(log.SerializeToString(deterministic=True))


def _raw_request(model: str, serialized: Sequence[bytes]) -> PredictRequest:
    """Returns a request with the images or texts of examples."""
    examples = [tf.train.Example.FromString(each) for each in serialized]
    kind = IMAGE if IMAGE in examples[0].features.feature else TEXT
    return _request(model, "predict", PREDICT_INPUTS[kind], [content(each) for each in examples])


def _request(model: str, signature: str, name: str, values: Sequence[bytes]) -> PredictRequest:
    request = PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    request.inputs[name].CopyFrom(tf.make_tensor_proto(values, tf.string))
    return request
