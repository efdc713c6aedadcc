"""What a server is asked before a model is pushed to it, and each time it loads the model."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog, PredictLog

from components.features import IMAGE, TEXT

WARM_UP = "assets.extra/tf_serving_warmup_requests"
"""TFRecords of PredictionLog within a SavedModel, which a server plays when it has loaded it."""
RAW, PARSED = "predict", "serving_default"
"""The signatures for images or texts as they are, and for serialized `tf.Example`s."""
_BATCH_BYTES = 8 << 20
"""Of the warm-up's largest request; a folder of photographs is not to double a model's size."""


def real_requests(
    model: str, saved_model: Path, serialized: Iterable[bytes]
) -> list[PredictRequest]:
    """Returns a request to `RAW` for each example.

    Args:
      model: the name that a server knows.
      saved_model: folder, which says what the signature's input is called.
      serialized: `tf.Example`s.
    """
    name = _input_name(saved_model, RAW)
    return [_request(model, RAW, name, [_raw(each)]) for each in serialized]


def warm_up_requests(
    model: str, saved_model: Path, serialized: Sequence[bytes], largest_batch: int
) -> list[PredictRequest]:
    """Returns requests that touch all that later ones will: both signatures, and a full batch.

    Args:
      model: the name that a server knows.
      saved_model: folder, which says what the signatures' inputs are called.
      serialized: `tf.Example`s, at least one.
      largest_batch: examples that a server computes at once.
    """
    raw, parsed = (_input_name(saved_model, signature) for signature in (RAW, PARSED))
    ascending = sorted(serialized, key=lambda each: (len(each), each))
    typical = ascending[len(ascending) // 2]
    batch, total = [], 0
    for example in islice(ascending, largest_batch):
        total += len(example)
        if batch and total > _BATCH_BYTES:
            break
        batch.append(_raw(example))
    return [
        _request(model, RAW, raw, [_raw(typical)]),
        _request(model, RAW, raw, batch),
        _request(model, PARSED, parsed, [typical]),
    ]


def write_warm_up(requests: Iterable[PredictRequest], saved_model: Path) -> None:
    """Writes requests into a SavedModel's folder, where TensorFlow Serving finds them."""
    file = saved_model / WARM_UP
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for request in requests:
            log = PredictionLog(predict_log=PredictLog(request=request))
            writer.write(log.SerializeToString(deterministic=True))


def _request(model: str, signature: str, name: str, values: Sequence[bytes]) -> PredictRequest:
    request = PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    request.inputs[name].CopyFrom(tf.make_tensor_proto(values, tf.string))
    return request


def _raw(serialized: bytes) -> bytes:
    features = tf.train.Example.FromString(serialized).features.feature
    return b"".join(features[IMAGE if IMAGE in features else TEXT].bytes_list.value)


def _input_name(saved_model: Path, signature: str) -> str:
    """Returns the name of a signature's only input."""
    read = SavedModel.FromString((saved_model / "saved_model.pb").read_bytes())
    (name,) = read.meta_graphs[0].signature_def[signature].inputs
    return name
