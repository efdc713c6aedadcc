"""Claims about the metadata inside a model, read as other programs read them."""

import io
import zipfile

import flatbuffers
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from components.tflite_rewriter.make_contract import make_contract
from components.tflite_rewriter.metadata import with_metadata
from components.tflite_rewriter.network import Network


class Reader:
    """A table of a flatbuffer, whose fields are found by their place in the schema."""

    def __init__(self, data: bytes, position: int) -> None:
        self._table = flatbuffers.table.Table(bytearray(data), position)

    @classmethod
    def of_root(cls, data: bytes) -> "Reader":
        return cls(data, int.from_bytes(data[:4], "little"))

    def _offset(self, place: int) -> int:
        offset = self._table.Offset(4 + 2 * place)
        assert offset, f"no field {place}"
        return offset

    def text(self, place: int) -> str:
        return self._table.String(self._offset(place) + self._table.Pos).decode()

    def number(self, place: int, flags: type) -> int:
        return self._table.Get(flags, self._offset(place) + self._table.Pos)

    def table(self, place: int) -> "Reader":
        position = self._table.Indirect(self._offset(place) + self._table.Pos)
        return Reader(bytes(self._table.Bytes), position)

    def tables(self, place: int) -> list["Reader"]:
        start, length = self._vector(place)
        return [
            Reader(bytes(self._table.Bytes), self._table.Indirect(start + 4 * i))
            for i in range(length)
        ]

    def floats(self, place: int) -> list[float]:
        start, length = self._vector(place)
        flags = flatbuffers.number_types.Float32Flags
        return [self._table.Get(flags, start + 4 * i) for i in range(length)]

    def _vector(self, place: int) -> tuple[int, int]:
        offset = self._offset(place)
        return self._table.Vector(offset), self._table.VectorLen(offset)


INT8 = flatbuffers.number_types.Int8Flags
UINT32 = flatbuffers.number_types.Uint32Flags


def converted(exported) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(
        exported.saved_model, signature_keys=["tflite"]
    )
    return converter.convert()


def described(exported, folder) -> bytes:
    network = Network(exported.saved_model)
    make_contract(network, "tiny", exported.kind, exported.features, folder)
    return with_metadata(converted(exported), folder)


@pytest.fixture(scope="module")
def image_model(images, tmp_path_factory) -> bytes:
    return described(images, tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def text_model(texts, tmp_path_factory) -> bytes:
    return described(texts, tmp_path_factory.mktemp("contract"))


def metadata(model: bytes) -> Reader:
    unpacked = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    (entry,) = [entry for entry in unpacked.metadata if entry.name == b"TFLITE_METADATA"]
    data = bytes(bytearray(unpacked.buffers[entry.buffer].data))
    assert data[4:8] == b"M001"
    return Reader.of_root(data)


def test_an_image_reader_finds_size_colours_and_normalisation(image_model):
    """What MediaPipe's ImageClassifier asks for: an RGB image of 8 by 8 that is left as it is."""
    root = metadata(image_model)
    assert root.text(0) == "tiny"
    (subgraph,) = root.tables(3)
    (taken,) = subgraph.tables(2)
    assert taken.text(0) == "image"
    content, image_properties, rgb = taken.table(3), 2, 1
    assert content.number(0, INT8) == image_properties
    assert content.table(1).number(0, INT8) == rgb
    size = content.table(1).table(1)
    assert [size.number(place, UINT32) for place in (0, 1)] == [8, 8]
    (unit,) = taken.tables(4)
    normalisation = 1
    assert unit.number(0, INT8) == normalisation
    assert [unit.table(1).floats(place) for place in (0, 1)] == [[0.0], [1.0]]
    stats = taken.table(5)
    assert [stats.floats(place) for place in (0, 1)] == [[255.0], [0.0]]


def test_the_answers_have_their_labels(image_model):
    """The output names the file of its classes, which lies in the model."""
    (subgraph,) = metadata(image_model).tables(3)
    (given,) = subgraph.tables(3)
    (labels,) = given.tables(6)
    axis_labels = 2
    assert (labels.text(0), labels.number(2, INT8)) == ("labels.txt", axis_labels)
    with zipfile.ZipFile(io.BytesIO(image_model)) as archive:
        assert archive.testzip() is None
        assert archive.read("labels.txt") == b"cat\ndog\nowl\n"
        assert set(archive.namelist()) == {"model.json", "labels.txt"}


def test_a_text_model_has_its_vocabulary(text_model):
    """The input names the file of its tokens, which lies in the model."""
    (subgraph,) = metadata(text_model).tables(3)
    (taken,) = subgraph.tables(2)
    (vocabulary,) = taken.tables(6)
    kind = 5
    assert (vocabulary.text(0), vocabulary.number(2, INT8)) == ("vocabulary.txt", kind)
    with zipfile.ZipFile(io.BytesIO(text_model)) as archive:
        assert archive.read("vocabulary.txt").startswith(b"word0\nword1\n")


def test_the_model_answers_as_before(images, image_model):
    """Metadata change no answer, and the signature keeps its names."""
    inputs = np.random.default_rng(1).normal(size=(1, 8, 8, 3)).astype(np.float32)
    answers = [
        tf.lite.Interpreter(model_content=model).get_signature_runner("tflite")(image=inputs)
        for model in (image_model, converted(images))
    ]
    np.testing.assert_array_equal(answers[0]["probabilities"], answers[1]["probabilities"])


def test_the_same_model_makes_the_same_bytes(images, image_model, tmp_path):
    """Nothing of the clock is in it, so that a model that is pushed again is not doubled."""
    assert described(images, tmp_path) == image_model
