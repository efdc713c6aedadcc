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
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from drift_power import locate

from pipeline.run_local import guarded

if TYPE_CHECKING:
    from _drift_rows import Rows

    from components.drift_report.model_view import ModelView

BENCHMARK = "two_sample_tests"
LEVEL = 0.005
SIZES = (200, 500)
POOL = 2_000
HARDEST = (("noise", 0), ("JPEG quality", 1), ("blur", 0), ("brightness", 0), ("grey-scale", 0))
"""Shifts of `_image_shifts` and the place of their severity."""
_RESAMPLES = 1_000


@dataclass(frozen=True)
class Power:
    """In which share of the samples of a size each test says drift."""

    shift: str
    size: int
    discrepancy: float
    classifier: float


def classifier_p_value(
    reference: np.ndarray, current: np.ndarray, random: np.random.Generator
) -> float:
    """Returns how often chance makes a classifier tell two samples apart as well.

    Args:
      reference: [examples, components].
      current: likewise, fewer of them.
      random: draws and divides.
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


def powers(
    shift: str,
    reference: np.ndarray,
    current: np.ndarray,
    repeats: int,
    random: np.random.Generator,
) -> Iterator[Power]:
    """Yields the power of both tests at every size.

    Args:
      shift: its name.
      reference: embeddings [examples, dimensions].
      current: likewise, of which samples are drawn.
      repeats: samples of each size.
      random: draws them.
    """
    from components.drift_report import measures
    from components.drift_report.calibration import chance_distances
    from components.drift_report.projection import project

    sides = project(reference, current)
    comparison = measures.embedding(*sides, seed=1).comparison
    centre = comparison.reference.mean(axis=0)
    for size in SIZES:
        chance = chance_distances(
            [comparison.reference], [comparison.distance], size, _RESAMPLES, seed=1
        )
        limit = np.quantile(chance, 1 - LEVEL)
        samples = [random.choice(len(current), size, replace=False) for _ in range(repeats)]
        moved = [comparison.current[rows].mean(axis=0) - centre for rows in samples]
        p_values = [classifier_p_value(sides[0], sides[1][rows], random) for rows in samples]
        yield Power(
            shift,
            size,
            float(np.mean([comparison.distance(each) > limit for each in moved])),
            float(np.mean([p_value <= LEVEL for p_value in p_values])),
        )


def shifted(
    pool: "Rows", model: "ModelView", random: np.random.Generator
) -> Iterator[tuple[str, "Rows"]]:
    """Yields the pool as it is, then after each of the hardest shifts."""
    from _image_shifts import SHIFTS

    yield "none", pool
    for name, place in HARDEST:
        contents = [SHIFTS[name][place](content, random) for content in pool.contents]
        yield f"{name}, severity {place + 1}", pool.altered(contents, model)


def table(found: list[Power]) -> str:
    """Returns a line a shift and size."""
    head = f"{'shift':<28}{'n':>6}{'discrepancy':>14}{'classifier':>13}"
    lines = (
        f"{each.shift:<28}{each.size:>6}{each.discrepancy:>14.2f}{each.classifier:>13.2f}"
        for each in found
    )
    return "\n".join([head, *lines])


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="of cifar10, instead of the folder in runs/")
    parser.add_argument("--model", type=Path, help="a SavedModel, instead of the run's newest")
    parser.add_argument("--repeats", type=int, default=50)
    options = parser.parse_args()
    place = locate(options, "cifar10")
    import _drift_rows

    from components.drift_report.model_view import ModelView

    random = np.random.default_rng(1)
    model = ModelView(str(place.model))
    rows = _drift_rows.read(place.examples, model)
    order = random.permutation(len(rows))
    pool, reference = rows.take(order[:POOL]), rows.take(order[POOL:])
    found = [
        power
        for name, current in shifted(pool, model, random)
        for power in powers(
            name, reference.view.embeddings, current.view.embeddings, options.repeats, random
        )
    ]
    print(table(found))
    results = [asdict(each) for each in found]
    print(json.dumps({"benchmark": BENCHMARK, "repeats": options.repeats, "results": results}))


if __name__ == "__main__":
    sys.exit(guarded(main))
