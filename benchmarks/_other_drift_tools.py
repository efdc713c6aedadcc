"""What other tools say of two samples: TFDV's comparators, and Evidently, which runs apart."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import tensorflow_data_validation as tfdv
from _drift_figures import TFDV, Alarms
from _drift_rows import Rows
from tensorflow_data_validation.statistics.stats_impl import generate_statistics_in_memory
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

from components.features import LABEL
from pipeline.home import PROJECT

MAX_LABEL_DISTANCE = 0.1
"""L-infinity; this and the next are the thresholds that TFDV's guide goes by."""
MAX_SCALAR_DIVERGENCE = 0.15
"""Jensen-Shannon."""

EVIDENTLY = ("evidently==0.7.23", "pandas==2.3.3", "scikit-learn==1.9.1")
"""Evidently does not bound its pandas, and does not import beside version 3."""
_ENVIRONMENT = PROJECT / "build" / "evidently"
_PROGRAM = Path(__file__).with_name("_evidently.py")


class TensorFlowDataValidation:
    """TFDV's comparators against one reference, with fixed thresholds."""

    def __init__(self, reference: Rows) -> None:
        self._schema = schema_pb2.Schema()
        label = self._schema.feature.add(name=LABEL, type=schema_pb2.BYTES)
        label.drift_comparator.infinity_norm.threshold = MAX_LABEL_DISTANCE
        for name in reference.scalars:
            scalar = self._schema.feature.add(name=name, type=schema_pb2.FLOAT)
            comparator = scalar.drift_comparator.jensen_shannon_divergence
            comparator.threshold = MAX_SCALAR_DIVERGENCE
        self._reference = _statistics(reference)

    def judge(self, current: Rows) -> Alarms:
        """Returns whether any feature has drifted; the label counts where both sides have it."""
        found = tfdv.validate_statistics(
            _statistics(current), self._schema, previous_statistics=self._reference
        )
        moved = [
            measurement.value > measurement.threshold
            for feature in found.drift_skew_info
            if feature.path.step[0] != LABEL or current.labels
            for measurement in feature.drift_measurements
        ]
        return {TFDV: any(moved)}


def _statistics(rows: Rows) -> statistics_pb2.DatasetFeatureStatisticsList:
    columns = {name: column[:, None].tolist() for name, column in rows.scalars.items()}
    if rows.labels:
        columns[LABEL] = [[label.encode()] for label in rows.labels]
    batch = pa.RecordBatch.from_pydict(columns)
    return generate_statistics_in_memory(batch, tfdv.StatsOptions())


def install_evidently() -> Path:
    """Makes Evidently's environment, once.

    Returns:
      Its Python.

    Raises:
      RuntimeError: it cannot be installed; the message says why, in a line.
    """
    stamp = _ENVIRONMENT / "complete"
    wanted = "\n".join((sys.version, *EVIDENTLY))
    python = _ENVIRONMENT / "bin" / "python"
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
    uv = Path(sys.executable).with_name("uv")
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, _ENVIRONMENT],
        [uv, "pip", "install", "--quiet", "--python", python, *EVIDENTLY],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise RuntimeError(f"{uv} is missing") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.strip().splitlines() or [f"uv ended with {error.returncode}"]
            raise RuntimeError(said[0]) from None
    stamp.write_text(wanted)
    return python


def ask_evidently(python: Path, reference: Rows, samples: Sequence[Rows]) -> list[Alarms]:
    """Lets Evidently judge samples against one reference.

    Args:
      python: as `install_evidently` returns it.
      reference: of all samples.
      samples: the label counts in those that have it.

    Returns:
      For each sample, whether any column has drifted, texts and labels included; whether so many
      have that Evidently calls it a drift of the data set; and whether the embeddings have.

    Raises:
      RuntimeError: Evidently failed; the message is what it wrote.
    """
    with tempfile.TemporaryDirectory() as temporary:
        for number, rows in enumerate((reference, *samples)):
            np.savez(Path(temporary, f"{number}.npz"), **_arrays(rows))
        done = subprocess.run(
            [python, _PROGRAM, temporary],
            # Evidently would tell its makers of being used.
            env=os.environ | {"DO_NOT_TRACK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _arrays(rows: Rows) -> Mapping[str, np.ndarray]:
    arrays = {f"scalar_{name}": column for name, column in rows.scalars.items()}
    arrays["embeddings"] = rows.view.embeddings
    if rows.labels:
        arrays["labels"] = np.array(rows.labels)
    if rows.kind == "text":
        # An array of strings would pad all of them to the longest.
        arrays["texts"] = np.frombuffer(b"\0".join(rows.contents), np.uint8)
    return arrays
