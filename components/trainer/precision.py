"""Which number format a model computes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import tensorflow as tf

# Since Volta, NVIDIA's GPUs multiply half-precision matrices in hardware.
_FIRST_WITH_TENSOR_CORES = (7, 0)


def resolve(precision: str, *, convolutional: bool, root: str = "/") -> str:
    """Turns a task's `precision` into the name of a Keras dtype policy.

    Args:
      precision: `auto`, or a policy's name, which is returned unchanged.
      convolutional: the model spends its time in convolutions of images.
      root: where `proc` lies, which tells of the CPU.

    Returns:
      For `auto`, `mixed_float16` where every GPU has tensor cores; without a GPU, `mixed_bfloat16`
      for convolutions where the CPU multiplies bfloat16 matrices (Intel's AMX), which halves their
      time and does nothing for the small matrices of text models; else `float32`.
    """
    if precision != "auto":
        return precision
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "mixed_bfloat16" if convolutional and _cpu_has_amx(root) else "float32"
    capabilities = [
        tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))
        for gpu in gpus
    ]
    return "mixed_float16" if min(capabilities) >= _FIRST_WITH_TENSOR_CORES else "float32"


def _cpu_has_amx(root: str) -> bool:
    try:
        return " amx_bf16 " in (Path(root) / "proc/cpuinfo").read_text()
    except OSError:
        return False


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
