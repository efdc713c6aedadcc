"""What a request asks of a model, and what the model's outputs answer: messages on both sides."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from grpc import StatusCode
from tensorflow_serving.apis.classification_pb2 import (
    ClassificationRequest,
    ClassificationResponse,
    ClassificationResult,
)
from tensorflow_serving.apis.input_pb2 import Input
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.regression_pb2 import (
    RegressionRequest,
    RegressionResponse,
    RegressionResult,
)

from serving import tensors
from serving.errors import ServingError, invalid
from serving.saved_model import SavedModel, Signature, Tensors

_DEFAULT = tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
_INPUTS = tf.saved_model.CLASSIFY_INPUTS  # the same for regression
_CLASSES = tf.saved_model.CLASSIFY_OUTPUT_CLASSES
_SCORES = tf.saved_model.CLASSIFY_OUTPUT_SCORES
_OUTPUTS = tf.saved_model.REGRESS_OUTPUTS

Result = ClassificationResult | RegressionResult
Reader = Callable[[SavedModel], tuple[Signature, Tensors]]
"""Reads a request for a model: which signature it asks for, and with what inputs."""


def predict_signature(model: SavedModel, name: str) -> Signature:
    """Returns a signature of a model, the default one where no name is given.

    Raises:
      ServingError: there is none.
    """
    name = name or _DEFAULT
    if name not in model.signatures:
        raise ServingError(
            StatusCode.FAILED_PRECONDITION,
            f'Serving signature key "{name}" not found. The model has '
            f"{', '.join(sorted(model.signatures))}.",
        )
    return model.signatures[name]


def classify_signature(model: SavedModel, name: str) -> Signature:
    """Returns a signature that classifies tf.Examples.

    Raises:
      ServingError: there is none of that name, or it does something else.
    """
    return _of_examples(model, name, {_CLASSES, _SCORES}, "classification")


def regress_signature(model: SavedModel, name: str) -> Signature:
    """Returns a signature that estimates a number for each tf.Example.

    Raises:
      ServingError: there is none of that name, or it does something else.
    """
    return _of_examples(model, name, {_OUTPUTS}, "regression")


def _of_examples(model: SavedModel, name: str, outputs: set[str], method: str) -> Signature:
    name = name or _DEFAULT
    if name not in model.signatures:
        raise invalid(f"No signature was found with the name: {name}")
    definition = model.signatures[name].definition
    has = {"inputs": set(definition.inputs), "outputs": set(definition.outputs)}
    if has["inputs"] != {_INPUTS} or not has["outputs"] <= outputs:
        raise invalid(
            f"Expected {method} signature {name} to take {_INPUTS} and to give "
            f"{' or '.join(sorted(outputs))}. It takes {', '.join(sorted(has['inputs']))} and "
            f"gives {', '.join(sorted(has['outputs']))}."
        )
    return model.signatures[name]


def predict_inputs(request: PredictRequest, max_bytes: int) -> Tensors:
    """Returns the arrays of a request.

    Raises:
      ServingError: one is none, or has more bytes than `max_bytes`.
    """
    return {
        name: tensors.from_proto(name, request.inputs[name], max_bytes) for name in request.inputs
    }


def predict_request(spec: ModelSpec, inputs: Tensors) -> PredictRequest:
    """Returns the message of a request that came another way.

    Args:
      spec: of what it asks for, with the signature.
      inputs: by name.
    """
    request = PredictRequest(model_spec=spec)
    for name, array in inputs.items():
        request.inputs[name].CopyFrom(tensors.to_proto(array))
    return request


def example_inputs(source: Input) -> Tensors:
    """Returns serialized tf.Examples, each with the context of all of them before it.

    Raises:
      ServingError: there are none.
    """
    with_context = source.example_list_with_context
    examples = [*source.example_list.examples, *with_context.examples]
    if not examples:
        raise invalid("Input is empty.")
    # A message is merged with another by putting its bytes before the other's.
    context = with_context.context.SerializeToString()
    return {_INPUTS: strings([context + example.SerializeToString() for example in examples])}


def strings(values: Iterable[bytes]) -> np.ndarray:
    """Returns a vector of strings."""
    return np.array([*values, None], dtype=object)[:-1]


def check_inputs(signature: Signature, inputs: Mapping[str, np.ndarray]) -> None:
    """Compares inputs with what a signature takes.

    Raises:
      ServingError: an input is missing, unknown, or of another type or shape.
    """
    if inputs.keys() != set(signature.inputs):
        extra, missing = inputs.keys() - signature.inputs.keys(), signature.inputs.keys() - inputs
        raise invalid(
            f"inputs do not match signature {signature.name}. Sent extra: "
            f"{{{','.join(sorted(extra))}}}. Missing but required: {{{','.join(sorted(missing))}}}."
        )
    for name, array in inputs.items():
        info = signature.inputs[name]
        wanted = tf.as_dtype(info.dtype)
        if array.dtype != wanted.as_numpy_dtype:
            given = tf.as_dtype(array.dtype).name
            raise invalid(f"input {name}: expected type {wanted.name}, got {given}")
        shape = tf.TensorShape(info.tensor_shape)
        if not shape.is_compatible_with(array.shape):
            raise invalid(f"input {name}: expected shape {shape}, got {list(array.shape)}")
    if signature.can_batch and len({len(array) for array in inputs.values()}) > 1:
        raise invalid("inputs: they differ in the number of examples, their first dimension")


def predict_response(spec: ModelSpec, outputs: Tensors, names: Iterable[str]) -> PredictResponse:
    """Returns the message of outputs.

    Args:
      spec: of what has answered.
      outputs: all of them.
      names: of those that are asked for; none are all.

    Raises:
      ServingError: a name is unknown, or given twice.
    """
    response = PredictResponse(model_spec=spec)
    for name in names or outputs:
        if name not in outputs:
            raise invalid(
                f"output tensor alias not found in signature: {name} Outputs expected to be in the "
                f"set {{{','.join(outputs)}}}."
            )
        if name in response.outputs:
            raise invalid(f"duplicate output tensor alias: {name}")
        response.outputs[name].CopyFrom(tensors.to_proto(outputs[name]))
    return response


def classification(outputs: Tensors, count: int) -> ClassificationResult:
    """Returns each example's classes with their scores; labels or scores may be missing.

    Raises:
      ServingError: the outputs have other shapes or types.
    """
    shapes = {array.shape for array in outputs.values()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 2 or shape[0] != count:
        raise invalid("Expected Tensor shape: [batch_size num_classes]")
    labels = _typed(outputs, _CLASSES, object, np.full(shape, b"", object))
    scores = _typed(outputs, _SCORES, np.float32, np.zeros(shape, np.float32))
    result = ClassificationResult()
    for row_labels, row_scores in zip(labels, scores, strict=True):
        classifications = result.classifications.add()
        for label, score in zip(row_labels, row_scores, strict=True):
            classifications.classes.add(label=label.decode(errors="replace"), score=score)
    return result


def regression(outputs: Tensors, count: int) -> RegressionResult:
    """Returns a number for each example.

    Raises:
      ServingError: the output has another shape or type.
    """
    values = _typed(outputs, _OUTPUTS, np.float32, np.zeros(0, np.float32))
    if values.shape not in {(count,), (count, 1)}:
        raise invalid("Expected output Tensor shape to be either [batch_size] or [batch_size, 1]")
    result = RegressionResult()
    for value in values.ravel():
        result.regressions.add(value=value)
    return result


def _typed(outputs: Tensors, name: str, dtype: Any, default: np.ndarray) -> np.ndarray:
    array = outputs.get(name, default)
    if array.dtype != dtype:
        raise invalid(f"Expected {name} Tensor of {np.dtype(dtype)}. Got: {array.dtype}")
    return array


class Method(NamedTuple):
    """What can be asked about tf.Examples."""

    signature: Callable[[SavedModel, str], Signature]
    """Finds the signature of a name that does it."""
    result: Callable[[Tensors, int], Result]
    """Makes the answer of outputs, for a number of examples."""
    request: type[ClassificationRequest] | type[RegressionRequest]
    response: type[ClassificationResponse] | type[RegressionResponse]


CLASSIFY = Method(classify_signature, classification, ClassificationRequest, ClassificationResponse)
REGRESS = Method(regress_signature, regression, RegressionRequest, RegressionResponse)
METHODS = {
    tf.saved_model.CLASSIFY_METHOD_NAME: CLASSIFY,
    tf.saved_model.REGRESS_METHOD_NAME: REGRESS,
}
"""By the names that signatures and requests have for them."""


def predict_reader(request: PredictRequest, max_bytes: int) -> Reader:
    """Returns what reads a request for a signature."""
    return lambda model: (
        predict_signature(model, request.model_spec.signature_name),
        predict_inputs(request, max_bytes),
    )
