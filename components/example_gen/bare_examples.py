"""Reads examples outside of a run as bare `tf.Example`s.

That is their content and source, the label where there is one, and whatever else a record holds.
To check and measure them takes far longer: `complete` does it, to those of them that are wanted.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.example_gen import prediction_logs, tables, texts
from components.example_gen.examples_at import ExamplesAt
from components.example_gen.files import File, read_bytes
from components.example_gen.ingest import bare_example
from components.example_gen.set_aside import Rejected, SetAside
from components.example_gen.table_examples import check_columns, read_row
from components.features import SOURCE

_MAX_NAMED = 10


def read(
    found: ExamplesAt, data: Mapping[str, Any], splits: Collection[str] = ()
) -> Iterator[bytes | Rejected]:
    """Yields bare examples, serialized, and what is none.

    Args:
      found: where they are.
      data: fields of `ImageData` or `TextData`. A table need not have its columns of labels and
        of groups; where a label is missing, the example has none.
      splits: the ready-made splits to read; empty reads all files.

    Raises:
      InputError: a table has a fault, or lacks the column of texts.
    """
    for file in found.files:
        if splits and file.split not in splits:
            continue
        if found.form == "records":
            yield from _records(found.root, file, data["kind"])
        elif found.form == "tables":
            yield from _rows(found.root, file, data)
        else:
            yield _file(found.root, file, data)


def _file(root: str, file: File, data: Mapping[str, Any]) -> bytes | Rejected:
    try:
        content = read_bytes(root, file)
        if data["kind"] == "text":
            content = texts.decode(content, data["max_characters"]).encode()
    except SetAside as reason:
        return Rejected(file.source, str(reason))
    return _serialize(data["kind"], content, file.source, file.label or "")


def _rows(root: str, file: File, data: Mapping[str, Any]) -> Iterator[bytes | Rejected]:
    path = Path(root, file.source)
    labelled = {**data, "group_column": ""}
    unlabelled = {**labelled, "label_column": ""}
    check_columns(path, file.source, unlabelled)
    for row in tables.rows(path, file.source):
        source = f"{file.source}#row {row.number}"
        label = row.values.get(data["label_column"])
        is_labelled = bool(label.strip()) if isinstance(label, str) else label is not None
        try:
            text, name, _ = read_row(row, labelled if is_labelled else unlabelled)
        except SetAside as reason:
            yield Rejected(source, str(reason))
        else:
            yield _serialize("text", text.encode(), source, name)


def _records(root: str, file: File, kind: str) -> Iterator[bytes | Rejected]:
    path = os.path.join(root, file.source)
    compression = "GZIP" if path.lower().endswith(".gz") else ""
    number = 0
    try:
        records = tf.data.TFRecordDataset(path, compression).as_numpy_iterator()
        for number, record in enumerate(records, 1):
            yield from _record(record, f"{file.source}#record {number}", kind)
    except tf.errors.OpError:
        fault = f"is damaged after record {number:,}" if number else "holds no TFRecords"
        yield Rejected(file.source, f"{fault}, or cannot be read")


def _record(record: bytes, source: str, kind: str) -> Iterator[bytes | Rejected]:
    try:
        example = tf.train.Example.FromString(record)
    except DecodeError:
        example = tf.train.Example()
    present = example.features.feature
    if kind in present and len(present[kind].bytes_list.value) == 1:
        if SOURCE not in present:
            present[SOURCE].bytes_list.value.append(source.encode())
            record = example.SerializeToString(deterministic=True)
        yield record
    elif log := prediction_logs.parse(record):
        yield from _logged(log, source, kind)
    elif present:
        names = ", ".join(sorted(present)[:_MAX_NAMED])
        yield Rejected(source, f"has no bytes in a feature {kind!r} (its features: {names})")
    else:
        yield Rejected(source, "is no tf.Example, nor a PredictionLog")


def _logged(log: PredictionLog, source: str, kind: str) -> Iterator[bytes | Rejected]:
    contents = prediction_logs.contents(log, kind)
    if not contents:
        yield Rejected(source, f"is a logged request without a single {kind}")
    for number, content in enumerate(contents, 1):
        place = f", example {number}" if len(contents) > 1 else ""
        yield _serialize(kind, content, f"{source}{place}", "")


def _serialize(kind: str, content: bytes, source: str, label: str) -> bytes:
    return bare_example(kind, content, source, label).SerializeToString(deterministic=True)
