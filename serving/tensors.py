"""Between TensorProtos and arrays."""

import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.types_pb2 import DT_STRING, DataType

from serving.errors import invalid

_FIELDS = {
    "f4": "float_val",
    "f8": "double_val",
    "i4": "int_val",
    "i2": "int_val",
    "i1": "int_val",
    "u2": "int_val",
    "u1": "int_val",
    "i8": "int64_val",
    "u4": "uint32_val",
    "u8": "uint64_val",
    "b1": "bool_val",
    "O8": "string_val",
}
"""Where TensorFlow Serving puts the values of an answer, by the kind and size of their type."""


def from_proto(name: str, proto: TensorProto, max_bytes: int) -> np.ndarray:
    """Returns the array that a message holds; strings as bytes, of dtype object.

    Args:
      name: of the input, for messages.
      proto: from a client. A few bytes of it can stand for an array of any size, as a value that
        is given once is repeated.
      max_bytes: that the array may have.

    Raises:
      ServingError: it holds no array, or too large a one.
    """
    sizes = [dimension.size for dimension in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or min(sizes, default=0) < 0:
        raise invalid(f"input {name}: its shape is not known in full")
    elements = math.prod(sizes)
    if proto.dtype == DT_STRING and elements != len(proto.string_val):
        raise invalid(f"input {name}: {len(proto.string_val)} strings for the shape {sizes}")
    try:
        if elements * tf.as_dtype(proto.dtype).size > max_bytes:
            raise invalid(f"input {name}: the shape {sizes} is larger than a request may be")
        return tf.make_ndarray(proto)
    except (TypeError, ValueError, KeyError) as error:
        raise invalid(f"input {name}: no tensor of the shape {sizes}: {error}") from error


def to_proto(array: np.ndarray) -> TensorProto:
    """Returns a message with the values in the field of their type, as clients read it."""
    kind = f"{array.dtype.kind}{array.dtype.itemsize}"
    if kind not in _FIELDS:
        return tf.make_tensor_proto(array)
    proto = TensorProto(dtype=tf.as_dtype(array.dtype).as_datatype_enum)
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    getattr(proto, _FIELDS[kind]).extend(array.ravel().tolist())
    return proto


def type_name(number: int) -> str:
    """Returns a type's name in words, of a number that may come from a client."""
    return tf.as_dtype(number).name if number in DataType.values() else f"type {number}"
