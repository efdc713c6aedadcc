"""TensorFlow Lite Metadata: the contract inside the model, as Android Studio and MediaPipe read it.

The metadata are a flatbuffer of their own, which the model holds as a buffer, and files that are
appended to the model as a zip archive, which readers find from its end. The package that writes
them has no release for Python 3.11; so they are put together here after the published schema,
`metadata_schema.fbs` 1.5.0, whose places of fields the numbers are.

A task library such as MediaPipe's ImageClassifier takes an image model as it is. None knows a
tokenisation like ours: of a text model they learn the tensors, and get the vocabulary.
"""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

from components.tflite_rewriter.contract import (
    LABELS_FILE,
    VOCABULARY_FILE,
    Contract,
    Tensor,
)
from components.tflite_rewriter.flatbuffer import Byte, Table, UInt, written

NAME = b"TFLITE_METADATA"
IDENTIFIER = b"M001"
_OLDEST_READER = "1.0.1"
"""The schema's first version that knows vocabularies."""
_FEATURES, _IMAGE = Byte(1), Byte(2)
_AXIS_LABELS, _VOCABULARY = Byte(2), Byte(5)
_NORMALISATION = Byte(1)
_COLOURS = {3: Byte(1), 1: Byte(2)}
_ANY_TIME = (1980, 1, 1, 0, 0, 0)
"""The same model makes the same bytes."""


def with_metadata(model: bytes, folder: Path) -> bytes:
    """Returns a model with its contract's metadata and files inside.

    Args:
      model: a TensorFlow Lite model of one input and one output, without such metadata.
      folder: of the contract.
    """
    contract = Contract.read(folder)
    unpacked = flatbuffer_utils.convert_bytearray_to_object(model)
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = list(written(_metadata(contract), IDENTIFIER))
    entry.name, entry.buffer = NAME, len(unpacked.buffers)
    unpacked.buffers.append(buffer)
    unpacked.metadata.append(entry)
    return _with_files(
        flatbuffer_utils.convert_object_to_bytearray(unpacked), contract.files(folder)
    )


def _with_files(model: bytes, files: Sequence[Path]) -> bytes:
    """Appends a zip archive, not compressed, as readers map its files into memory."""
    content = io.BytesIO(model)
    with zipfile.ZipFile(content, "a") as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, _ANY_TIME), file.read_bytes())
    return content.getvalue()


def _metadata(contract: Contract) -> Table:
    taken = _image(contract) if contract.kind == "image" else _token_ids()
    given = {
        3: _content(_FEATURES, Table({})),
        6: [_file(LABELS_FILE, "The classes, in the order of the probabilities.", _AXIS_LABELS)],
    }
    subgraph = {
        2: [_tensor(contract.input, " ".join(contract.steps), taken)],
        3: [_tensor(contract.output, "The probability of each class.", given)],
    }
    return Table(
        {
            0: contract.task,
            1: f"A classifier of {contract.kind}s; model.json says what it takes.",
            3: [Table(subgraph)],
            7: _OLDEST_READER,
        }
    )


def _image(contract: Contract) -> dict[int, object]:
    pixels = contract.preprocessing
    size = Table({0: UInt(pixels["width"]), 1: UInt(pixels["height"])})
    as_they_are = Table({0: [0.0], 1: [1.0]})
    return {
        3: _content(_IMAGE, Table({0: _COLOURS[pixels["channels"]], 1: size})),
        4: [Table({0: _NORMALISATION, 1: as_they_are})],
    }


def _token_ids() -> dict[int, object]:
    vocabulary = _file(VOCABULARY_FILE, "The known tokens.", _VOCABULARY)
    return {3: _content(_FEATURES, Table({})), 6: [vocabulary]}


def _tensor(tensor: Tensor, description: str, fields: dict[int, object]) -> Table:
    bounds = Table({0: [tensor.high], 1: [tensor.low]})
    return Table({0: tensor.name, 1: description, 5: bounds, **fields})


def _content(kind: Byte, properties: Table) -> Table:
    return Table({0: kind, 1: properties})


def _file(name: str, description: str, kind: Byte) -> Table:
    return Table({0: name, 1: description, 2: kind})
