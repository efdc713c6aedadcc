"""What is logged of a request: TensorFlow Serving's PredictionLog."""

from google.protobuf.message import Message
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

_FIELDS: dict[type[Message], str] = {
    PredictRequest: "predict_log",
    ClassificationRequest: "classify_log",
    RegressionRequest: "regress_log",
    MultiInferenceRequest: "multi_inference_log",
}


def prediction_log(request: Message, response: Message) -> PredictionLog:
    """Returns the log of a request and its answer, without metadata.

    Args:
      request: to predict, classify, regress, or of several of those.
      response: to it.
    """
    log = PredictionLog()
    kind = getattr(log, _FIELDS[type(request)])
    kind.request.CopyFrom(request)
    kind.response.CopyFrom(response)
    return log
