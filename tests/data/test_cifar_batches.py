"""Pickled batches are read, and nothing that a pickle calls is ever called."""

import os
import pickle
import struct

import numpy as np
import pytest

from data.cifar_batches import read_batch


def python2_batch(rows: np.ndarray, labels: list[int], code: bytes = b"u1") -> bytes:
    """Writes the pickle as Python 2 wrote those of the original archive.

    Its strings are of an opcode that Python 3 reads but never writes.
    """

    def string(value: bytes) -> bytes:
        return b"T" + struct.pack("<i", len(value)) + value

    def integer(value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    kind = b"cnumpy\ndtype\n" + string(code) + integer(0) + integer(1) + b"\x87R"
    kind += b"(" + integer(3) + string(b"|") + b"NNN" + integer(-1) * 2 + integer(0) + b"tb"
    shape = b"".join(map(integer, rows.shape)) + b"\x86"
    array = b"cnumpy.core.multiarray\n_reconstruct\n" + b"cnumpy\nndarray\n"
    array += integer(0) + b"\x85" + string(b"b") + b"\x87R"
    array += b"(" + integer(1) + shape + kind + b"\x89" + string(rows.tobytes()) + b"tb"
    listed = b"](" + b"".join(map(integer, labels)) + b"e"
    content = string(b"batch_label") + string(b"testing batch 1 of 1")
    content += string(b"labels") + listed + string(b"data") + array
    return b"\x80\x02}(" + content + b"u."


def rows_of(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, 3072), np.uint8)


def complaint(content: bytes) -> str:
    with pytest.raises(ValueError) as caught:
        read_batch(content, 10)
    return str(caught.value)


def test_the_helper_writes_what_numpy_reads() -> None:
    """Python's own unpickler makes the same array of it, so the tests stand on real ground."""
    rows = rows_of(2)
    batch = pickle.loads(python2_batch(rows, [3, 5]), encoding="bytes")
    np.testing.assert_array_equal(batch[b"data"], rows)
    assert batch[b"labels"] == [3, 5]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("protocol", [3, 4])
def test_columns_first_and_rows_first_are_the_same(protocol: int, order: str) -> None:
    """NumPy pickles an array as it lies in memory, and says how."""
    rows, labels = rows_of(20), list(range(10)) * 2
    batch = {b"data": np.array(rows, order=order), b"labels": labels}
    images, _ = read_batch(pickle.dumps(batch, protocol), 10)
    np.testing.assert_array_equal(images, read_batch(python2_batch(rows, labels), 10)[0])


def test_planes_become_pixels() -> None:
    """Row by row red, then green, then blue; 20 images of shape 32, 32, 3."""
    rows, labels = rows_of(20), list(range(10)) * 2
    images, read = read_batch(python2_batch(rows, labels), 10)
    assert (images.shape, images.dtype, read) == ((20, 32, 32, 3), np.uint8, labels)
    for image, row in zip(images, rows, strict=True):
        np.testing.assert_array_equal(image[..., 0], row[:1024].reshape(32, 32))
        np.testing.assert_array_equal(image[1, 2], row[[34, 1024 + 34, 2048 + 34]])


class Command:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (self.path,)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_calls_is_refused_uncalled(tmp_path, protocol: int) -> None:
    """The name is in the message; the call would have made a folder."""
    target = tmp_path / "called"
    evil = pickle.dumps({b"data": Command(str(target)), b"labels": [0]}, protocol)
    assert "which no such batch does" in complaint(evil)
    assert not target.exists()
    pickle.loads(evil)
    assert target.exists()


@pytest.mark.parametrize(
    "name",
    [
        "builtins\neval",
        "os\nsystem",
        "numpy\nload",
        "numpy.core.multiarray\n_reconstruct.__globals__",
    ],
)
def test_every_other_name_is_refused(name: str) -> None:
    """Names within an allowed module and dotted names too."""
    assert "which no such batch does" in complaint(b"c" + name.encode() + b"\n.")


def test_an_endless_shape_does_no_harm() -> None:
    """An array of terabytes is a few bytes of pickle, and none of memory."""
    array = b"cnumpy\nndarray\n(\x8a\x06\0\0\0\0\0\x01tR"
    assert "not a batch" in complaint(b"\x80\x02}(C\x04data" + array + b"C\x06labels](K\0eu.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "EOFError"),
        (b"no pickle at all", "not a batch"),
        (pickle.dumps([1, 2, 3]), "TypeError"),
        (pickle.dumps({b"labels": [1]}), "KeyError"),
        (python2_batch(rows_of(2), [1, 2])[:-3000], "not a batch"),
        (python2_batch(rows_of(2), [1]), "no bytes of 3 × 32 × 32"),
        (python2_batch(rows_of(2)[:, :300], [1, 2]), "no bytes of 3 × 32 × 32"),
        (python2_batch(rows_of(2), [1, 2], code=b"f4"), "no bytes of 3 × 32 × 32"),
        (python2_batch(rows_of(2), [1, 10]), "labels must lie in 0..9"),
        (python2_batch(rows_of(2), [1, -1]), "labels must lie in 0..9"),
    ],
)
def test_what_is_no_batch_is_said(content: bytes, words: str) -> None:
    """Broken pickles and other contents end in one kind of error."""
    assert words in complaint(content)


def test_missing_pixels_are_said() -> None:
    """A shape that promises more than there is does not become an image."""
    content = python2_batch(rows_of(2), [1, 2])
    shape = b"J" + struct.pack("<i", 2) + b"J" + struct.pack("<i", 3072)
    longer = content.replace(shape, b"J" + struct.pack("<i", 3) + b"J" + struct.pack("<i", 3072))
    longer = longer.replace(b"](", b"](J\0\0\0\0", 1)
    assert "fewer or more pixels" in complaint(longer)
