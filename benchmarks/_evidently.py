"""Runs in Evidently's environment: judges samples against a reference, a line of JSON each.

    python _evidently.py FOLDER

FOLDER holds `0.npz`, the reference, and samples from `1.npz` on. All of Evidently's defaults: what
`DataDriftPreset` finds in numbers, label and texts, without finding it twice as the preset does,
and the method of `EmbeddingsDrift`, without the metric around it, which spends a minute on the
picture (t-SNE) of a sample.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.metrics.data_drift.embedding_drift_methods import model
from evidently.metrics import ValueDrift

_SMALL = 1000
"""Up to so many examples of a reference, `EmbeddingsDrift` resamples to find a threshold."""
SHARE_OF_COLUMNS = 0.5
"""So many have drifted: then `DataDriftPreset` says that the data set has."""


def read(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns the columns of a sample, and its embeddings."""
    with np.load(path) as arrays:
        columns = {
            name.removeprefix("scalar_"): arrays[name] for name in arrays if "scalar_" in name
        }
        if "labels" in arrays:
            columns["label"] = arrays["labels"]
        frame = pd.DataFrame(columns)
        if "texts" in arrays:
            frame["text"] = arrays["texts"].tobytes().decode().split("\0")
        return frame, pd.DataFrame(arrays["embeddings"]).add_prefix("component_")


def drifted(reference: pd.DataFrame, current: pd.DataFrame) -> dict[str, bool]:
    """Returns which columns of the current sample have drifted.

    Args:
      reference: has all columns that the current sample has.
      current: numbers, but for `label` and `text`.
    """
    numbers = [name for name in current if name not in ("label", "text")]
    definition = DataDefinition(
        numerical_columns=numbers,
        categorical_columns=[name for name in current if name == "label"],
        text_columns=[name for name in current if name == "text"],
    )
    report = Report([ValueDrift(column=name) for name in current], include_tests=True)
    sides = (Dataset.from_pandas(side[[*current]], definition) for side in (current, reference))
    tests = report.run(*sides).dict()["tests"]
    return {
        test["metric_config"]["params"]["column"]: test["status"].value == "FAIL" for test in tests
    }


def main(folder: Path) -> None:
    """Prints what of Evidently says drift, sample by sample."""
    warnings.simplefilter("ignore")
    reference, reference_embeddings = read(folder / "0.npz")
    method = model(bootstrap=len(reference) < _SMALL)
    samples = sorted((int(path.stem), path) for path in folder.glob("*.npz"))
    for _, path in samples[1:]:
        current, embeddings = read(path)
        columns = drifted(reference, current).values()
        # The method adds a column to what it is given.
        _, embeddings_drifted, _ = method(embeddings, reference_embeddings.copy())
        alarms = {
            "any column": any(columns),
            "data set": sum(columns) >= SHARE_OF_COLUMNS * len(columns),
            "embedding": bool(embeddings_drifted),
        }
        print(json.dumps(alarms), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
