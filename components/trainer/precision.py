"""Which number format a model computes in."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf

# Since Volta, NVIDIA's GPUs multiply half-precision matrices in hardware.
_FIRST_WITH_TENSOR_CORES = (7, 0)


def resolve(precision: str) -> str:
    """Turns a task's `precision` into the name of a Keras dtype policy.

    Args:
      precision: `auto`, or a policy's name, which is returned unchanged.

    Returns:
      For `auto`, `mixed_float16` where every GPU has tensor cores, else `float32`: on a CPU half
      precision is slower.
    """
    if precision != "auto":
        return precision
    capabilities = [
        tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))
        for gpu in tf.config.list_physical_devices("GPU")
    ]
    has_tensor_cores = capabilities and min(capabilities) >= _FIRST_WITH_TENSOR_CORES
    return "mixed_float16" if has_tensor_cores else "float32"


@contextmanager
def policy(name: str) -> Iterator[None]:
    """Builds layers under a dtype policy, then returns to the process's own.

    Args:
      name: `float32`, `mixed_float16` or `mixed_bfloat16`.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
