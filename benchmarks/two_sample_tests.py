"""Which test for embeddings: the maximum mean discrepancy, or a classifier of the two samples.

    .venv/bin/python benchmarks/two_sample_tests.py [--run FOLDER] [--model FOLDER] [--repeats N]

Both tests get the same embeddings, of images of a finished run of `cifar10` that its model has not
learned from, projected as the drift report projects them, and each may say drift where chance alone
would say it in 5 of 1,000 cases. The discrepancy is calibrated as in the report. The classifier is
a logistic regression that learns from half of the current examples and as many of the reference's,
and is tested on the other half (Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample Tests",
2017). Shifts are those that are hardest to see; "none" must stay near 0.005.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from drift_power import locate

from pipeline.run_local import guarded

BENCHMARK = "two_sample_tests"
LEVEL = 0.005
SIZES = (200, 500)
POOL = 2_000
HARDEST = (("noise", 0), ("JPEG quality", 1), ("blur", 0), ("brightness", 0), ("grey-scale", 0))
"""Shifts of `_image_shifts` and the place of their severity."""


def classifier_p_value(reference: np.ndarray, current: np.ndarray, random) -> float:
    """Returns how often chance makes a classifier tell two samples apart as well.

    Args:
      reference: [examples, components].
      current: likewise, fewer of them.
      random: a NumPy generator.
    """
    from scipy.stats import norm
    from sklearn.linear_model import LogisticRegression

    size = len(current)
    drawn = reference[random.choice(len(reference), size, replace=False)]
    points = np.concatenate([drawn, current])
    sides = np.repeat([0, 1], size)
    train, test = np.split(random.permutation(2 * size), 2)
    fitted = LogisticRegression(C=0.1, max_iter=200).fit(points[train], sides[train])
    share = (fitted.predict(points[test]) == sides[test]).mean()
    return float(norm.sf((share - 0.5) / np.sqrt(0.25 / len(test))))


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="of cifar10, instead of the folder in runs/")
    parser.add_argument("--model", type=Path, help="a SavedModel, instead of the run's newest")
    parser.add_argument("--repeats", type=int, default=50)
    options = parser.parse_args()
    place = locate(options, "cifar10")
    import _drift_rows
    from _image_shifts import SHIFTS

    from components.drift_report import measures
    from components.drift_report.calibration import chance_distances
    from components.drift_report.model_view import ModelView
    from components.drift_report.projection import project

    random = np.random.default_rng(1)
    model = ModelView(str(place.model))
    rows = _drift_rows.read(place.examples, model)
    order = random.permutation(len(rows))
    pool, reference = rows.take(order[:POOL]), rows.take(order[POOL:])
    currents = {"none": pool}
    for name, severity in HARDEST:
        alter = SHIFTS[name][severity]
        contents = [alter(content, random) for content in pool.contents]
        currents[f"{name}, severity {severity + 1}"] = pool.altered(contents, model)
    found = []
    for name, current in currents.items():
        sides = project(reference.view.embeddings, current.view.embeddings)
        comparison = measures.embedding(*sides, seed=1).comparison
        for size in SIZES:
            chance = chance_distances(
                [comparison.reference], [comparison.distance], size, 1000, seed=1
            )
            limit = np.quantile(chance, 1 - LEVEL)
            by = {"discrepancy": [], "classifier": []}
            seconds: list[float] = []
            for _ in range(options.repeats):
                drawn = random.choice(POOL, size, replace=False)
                moved = comparison.current[drawn].mean(axis=0) - comparison.reference.mean(axis=0)
                by["discrepancy"].append(bool(comparison.distance(moved) > limit))
                began = time.perf_counter()
                p_value = classifier_p_value(sides[0], sides[1][drawn], random)
                seconds.append(time.perf_counter() - began)
                by["classifier"].append(p_value <= LEVEL)
            shares = {test: float(np.mean(said)) for test, said in by.items()}
            found.append(
                {"shift": name, "size": size} | shares | {"ms": 1e3 * statistics.median(seconds)}
            )
    print(f"{'shift':<28}{'n':>6}{'discrepancy':>14}{'classifier':>13}")
    for row in found:
        shares = f"{row['discrepancy']:>14.2f}{row['classifier']:>13.2f}"
        print(f"{row['shift']:<28}{row['size']:>6}{shares}")
    print(json.dumps({"benchmark": BENCHMARK, "results": found}))


if __name__ == "__main__":
    sys.exit(guarded(main))
