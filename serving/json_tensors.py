"""Between the JSON of REST and arrays, as TensorFlow Serving's REST has it.

Row format: `instances` is a list of examples, each a value, or an object of named values where the
signature has several inputs. Column format: `inputs` is one value with all examples, or an object
of those by name. Bytes are `{"b64": "…"}`; of the outputs, those whose names end in `_bytes` are.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo
from tensorflow_serving.apis.classification_pb2 import ClassificationResult
from tensorflow_serving.apis.input_pb2 import Input
from tensorflow_serving.apis.regression_pb2 import RegressionResult

from serving.errors import invalid
from serving.saved_model import Tensors

ROWS, COLUMNS = "instances", "inputs"
_BYTES = "_bytes"
_SHOWN = 200
"""Characters of a value in a message."""
_MAX_RANK = 32
"""NumPy's."""


def parse(body: bytes) -> dict[str, Any]:
    """Returns the object that a body holds.

    Raises:
      ServingError: it holds none.
    """
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(f"JSON Parse error: {error}") from error
    if not isinstance(document, dict):
        raise invalid(f"JSON Value: {_shown(document)} Is not object")
    return document


def signature_name(document: Mapping[str, Any]) -> str:
    """Returns the signature that a request is for; an empty name is the default one.

    Raises:
      ServingError: it is no string.
    """
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid("'signature_name' key must be a string value.")
    _utf8(name)
    return name


def read_inputs(document: Mapping[str, Any], infos: Mapping[str, TensorInfo]) -> Tensors:
    """Returns the inputs of a `predict` request, in either format.

    Args:
      document: of the request.
      infos: what the signature takes.

    Raises:
      ServingError: it has neither format or both, or values that are not of the signature's types.
    """
    if (ROWS in document) == (COLUMNS in document):
        raise invalid(f"Missing '{COLUMNS}' or '{ROWS}' key, or both are there")
    if COLUMNS in document:
        return _read_columns(document[COLUMNS], infos)
    rows = document[ROWS]
    if not isinstance(rows, list):
        raise invalid(f"Expecting '{ROWS}' to be an list/array")
    if not rows:
        raise invalid(f"No values in '{ROWS}' array")
    return _read_rows(rows, infos)


def _read_rows(rows: list[Any], infos: Mapping[str, TensorInfo]) -> Tensors:
    named = _is_object(rows[0])
    if not named and len(infos) > 1:
        raise invalid(f"{ROWS} is a plain list, but the signature takes {_names(infos)}")
    for number, row in enumerate(rows):
        if _is_object(row) != named:
            raise invalid(f"Expecting {'object' if named else 'value/list'} at item {number}")
        if named and row.keys() != infos.keys():
            raise invalid(
                f"Failed to process element: {number} of '{ROWS}' list. JSON object: {_shown(row)} "
                f"keys must be equal to: {_names(infos)}"
            )
    return {
        name: _array([row[name] for row in rows] if named else rows, info)
        for name, info in infos.items()
    }


def _read_columns(columns: Any, infos: Mapping[str, TensorInfo]) -> Tensors:
    if not _is_object(columns):
        if len(infos) > 1:
            raise invalid(
                f"{COLUMNS} is a plain value/list, but the signature takes {_names(infos)}"
            )
        return {name: _array(columns, info) for name, info in infos.items()}
    for name in infos:
        if name not in columns:
            raise invalid(f"Missing named input: {name} in '{COLUMNS}' object.")
    return {name: _array(columns[name], info) for name, info in infos.items()}


def _array(value: Any, info: TensorInfo) -> np.ndarray:
    """Returns nested lists of values as an array.

    Raises:
      ServingError: the lists are ragged, or a value is not of the type.
    """
    shape: list[int] = []
    inner = value
    while isinstance(inner, list):
        shape.append(len(inner))
        inner = inner[0] if inner else None
    if len(shape) > _MAX_RANK:
        raise invalid(f"Encountered list at level {len(shape)}; at most {_MAX_RANK} are taken")
    dtype = tf.as_dtype(info.dtype)
    leaves: list[Any] = []
    _collect(value, shape, dtype, leaves)
    array = np.empty(len(leaves), dtype.as_numpy_dtype)
    try:
        # A number too large for a float32 becomes infinite.
        with np.errstate(over="ignore"):
            array[:] = leaves
    except OverflowError as error:
        raise invalid(f"JSON Value: a number is too large for {dtype.name}") from error
    return array.reshape(shape)


def _collect(value: Any, shape: list[int], dtype: tf.DType, leaves: list[Any]) -> None:
    if not shape:
        leaves.append(_leaf(value, dtype))
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        raise invalid(f"JSON Value: {_shown(value)} is not a list of {shape[0]}, as others are")
    for each in value:
        _collect(each, shape[1:], dtype, leaves)


def _leaf(value: Any, dtype: tf.DType) -> Any:
    if dtype == tf.string:
        if isinstance(value, str):
            return _utf8(value)
        if _is_base64(value):
            return _from_base64(value)
    elif dtype == tf.bool:
        if isinstance(value, bool):
            return value
    elif isinstance(value, int) and not isinstance(value, bool):
        if dtype.is_floating or (dtype.is_integer and dtype.min <= value <= dtype.max):
            return value
    elif isinstance(value, float) and dtype.is_floating:
        return value
    raise invalid(f"JSON Value: {_shown(value)} is not of expected type: {dtype.name}")


def write_outputs(document: Mapping[str, Any], outputs: Tensors) -> bytes:
    """Returns the answer to a `predict` request, in the format of the request.

    Raises:
      ServingError: the format is by rows, but the outputs differ in the number of examples, or a
        type has no JSON.
    """
    values = {name: _values(name, array) for name, array in outputs.items()}
    # An output that is alone goes without its name.
    alone = next(iter(values.values())) if len(values) == 1 else None
    if COLUMNS in document:
        return _dumped({"outputs": values if alone is None else alone})
    sizes = {array.shape[0] if array.shape else None for array in outputs.values()}
    if len(sizes) > 1 or None in sizes:
        raise invalid("outputs differ in the number of examples; ask in column format")
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    return _dumped({"predictions": rows if alone is None else alone})


def _values(name: str, array: np.ndarray) -> Any:
    if array.dtype == object:
        convert = (
            _to_base64 if name.endswith(_BYTES) else lambda each: each.decode(errors="replace")
        )
        flat = np.array([convert(each) for each in array.flat] + [None], dtype=object)[:-1]
        return flat.reshape(array.shape).tolist()
    if array.dtype.kind in "biu":
        return array.tolist()
    try:
        # A float32 of 0.2 is to be 0.2, not the 0.20000000298… that it is as a float64.
        return array.astype(str).astype(np.float64).tolist()
    except (TypeError, ValueError) as error:
        raise invalid(f"output {name}: no JSON value for type {array.dtype}") from error


def read_examples(document: Mapping[str, Any]) -> Input:
    """Returns the tf.Examples of a `classify` or `regress` request.

    Raises:
      ServingError: there are none, or one has a value that no feature can hold.
    """
    examples = document.get("examples")
    if not isinstance(examples, list) or not examples:
        raise invalid("key 'examples' is expected to be a list/array that is not empty")
    found = Input()
    if "context" in document:
        context = _example(document["context"])
        found.example_list_with_context.context.CopyFrom(context)
        found.example_list_with_context.examples.extend(map(_example, examples))
    else:
        found.example_list.examples.extend(map(_example, examples))
    return found


def _example(value: Any) -> tf.train.Example:
    if not isinstance(value, dict):
        raise invalid(f"Example must be JSON object but got {_shown(value)}")
    example = tf.train.Example()
    for name, content in value.items():
        _utf8(name)
        values = content if isinstance(content, list) else [content]
        example.features.feature[name].CopyFrom(_feature(name, values))
    return example


def _feature(name: str, values: list[Any]) -> tf.train.Feature:
    feature = tf.train.Feature()
    try:
        if all(isinstance(each, int) for each in values):
            feature.int64_list.value.extend(map(int, values))
        elif all(isinstance(each, float) for each in values):
            feature.float_list.value.extend(values)
        elif all(isinstance(each, str) or _is_base64(each) for each in values):
            feature.bytes_list.value.extend(
                _utf8(each) if isinstance(each, str) else _from_base64(each) for each in values
            )
        else:
            raise invalid(f"Feature: {name} has elements of unexpected or several JSON types")
    except (ValueError, OverflowError) as error:
        raise invalid(f"Feature: {name} has a number out of range: {error}") from error
    return feature


def write_classification(result: ClassificationResult) -> bytes:
    """Returns the answer to a `classify` request."""
    rows = [
        [[each.label, _short(each.score)] for each in row.classes] for row in result.classifications
    ]
    return _dumped({"results": rows})


def write_regression(result: RegressionResult) -> bytes:
    """Returns the answer to a `regress` request."""
    return _dumped({"results": [_short(each.value) for each in result.regressions]})


def _short(value: float) -> float:
    return float(str(np.float32(value)))


def _dumped(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def _is_base64(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"b64"} and isinstance(value["b64"], str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not _is_base64(value)


def _from_base64(value: Mapping[str, str]) -> bytes:
    text = "".join(value["b64"].split())
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error) as error:
        raise invalid(f"Unable to base64 decode: {error}") from error


def _to_base64(value: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(value).decode()}


def _utf8(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise invalid(f"JSON Parse error: no UTF-8: {error.reason}") from error


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return f"{'array' if isinstance(value, list) else 'object'} of {len(value)}"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _names(infos: Mapping[str, TensorInfo]) -> str:
    return ",".join(sorted(infos))
