"""Reads the pickled batches of CIFAR-10's Python version without trusting them.

A pickle may call whatever it names. These name three things of NumPy; each is replaced by a
record that keeps what it is told and does nothing, and any other name is refused. So the array's
bytes are read, and no code of NumPy ever meets a state that it did not write itself.
"""

import io
import pickle

import numpy as np

SIDE = 32
_NUMPY_NAMES = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


def read_batch(content: bytes, class_count: int) -> tuple[np.ndarray, list[int]]:
    """Reads one batch.

    Args:
      content: a pickled dictionary with `data`, the red, then the green, then the blue plane of
        each image, row by row, and `labels`.
      class_count: labels lie below it.

    Returns:
      uint8 [images, 32, 32, 3], and as many labels.

    Raises:
      ValueError: the pickle is broken, holds something else, or names what it must not.
    """
    try:
        batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
        labels, (_, shape, kind, by_columns, planes) = batch[b"labels"], batch[b"data"].state
        code = kind.arguments[0]
    # A pickle is a small program, which can fail in any way.
    except Exception as error:
        raise ValueError(f"not a batch of CIFAR-10: {type(error).__name__}: {error}") from None
    expected = (len(labels), 3 * SIDE * SIDE) if isinstance(labels, list) else None
    if shape != expected or code not in ("u1", b"u1") or not isinstance(planes, bytes):
        raise ValueError("not a batch of CIFAR-10: its images are no bytes of 3 × 32 × 32")
    if len(planes) != shape[0] * shape[1]:
        raise ValueError("not a batch of CIFAR-10: there are fewer or more pixels than it says")
    if not all(type(label) is int and 0 <= label < class_count for label in labels):
        raise ValueError(f"not a batch of CIFAR-10: labels must lie in 0..{class_count - 1}")
    rows = np.frombuffer(planes, np.uint8).reshape(shape, order="F" if by_columns else "C")
    images = rows.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels


class _Record:
    """Stands in for what a pickle would call, and keeps the arguments and the state."""

    def __init__(self, *arguments: object) -> None:
        self.arguments = arguments
        self.state: tuple = ()

    def __setstate__(self, state: tuple) -> None:
        self.state = state


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[_Record]:
        if (module, name) not in _NUMPY_NAMES:
            raise pickle.UnpicklingError(f"it calls {module}.{name}, which no such batch does")
        return _Record
