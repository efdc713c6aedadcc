"""TFDV's comparators, as the schema sets them, see what moved and say how far."""

import numpy as np
import pytest

from components.drift_report.compare import compare
from components.schema_gen.infer import infer_schema


@pytest.fixture(scope="module")
def spans(statistics_of):
    random = np.random.default_rng(1)

    def span(label_share, brightness):
        labels = np.where(random.random(2000) < label_share, "cat", "dog")
        values = np.clip(random.normal(brightness, 0.1, 2000), 0, 1)
        return statistics_of({"label": labels, "brightness": values, "source": ["x"] * 2000})

    return {"first": span(0.5, 0.4), "same": span(0.5, 0.4), "moved": span(0.8, 0.6)}


@pytest.fixture(scope="module")
def schema(spans):
    return infer_schema([spans["first"]])


def test_the_same_distribution_does_not_drift(spans, schema):
    movements = compare(spans["same"], spans["first"], schema)
    assert {movement.feature for movement in movements} == {"label", "brightness"}
    assert not any(movement.drifted for movement in movements)


def test_a_moved_label_mix_and_moved_pixels_are_measured(spans, schema):
    movements = {m.feature: m for m in compare(spans["moved"], spans["first"], schema)}
    assert movements["label"].drifted
    assert movements["label"].distance == pytest.approx(0.3, abs=0.04)
    assert movements["brightness"].drifted
    assert str(movements["label"]).startswith("label: L-infinity distance 0.")


def test_what_moved_furthest_beyond_its_threshold_comes_first(spans, schema):
    movements = compare(spans["moved"], spans["first"], schema)
    ratios = [movement.distance / movement.threshold for movement in movements]
    assert ratios == sorted(ratios, reverse=True)
