"""Predictions are read as they were written."""

from dataclasses import replace

import numpy as np

from components.evaluator.predictions import read_predictions


def test_predictions_are_read_as_they_were_written(predictions, tmp_path):
    predictions.write(tmp_path / "both")
    found = read_predictions(tmp_path / "both")
    assert found.sources == predictions.sources
    assert found.labels == predictions.labels
    assert tuple(found.classes) == predictions.classes
    assert (found.candidate == predictions.candidate).all()
    assert (found.baseline == predictions.baseline).all()
    assert found.slices == predictions.slices


def test_without_a_baseline_there_is_none(predictions, tmp_path):
    replace(predictions, baseline=None).write(tmp_path / "one")
    assert read_predictions(tmp_path / "one").baseline is None


def test_a_label_that_the_model_does_not_know_is_never_right(predictions):
    strange = replace(predictions, labels=["wolf", *predictions.labels[1:]])
    assert strange.label_indices[0] == -1
    assert not strange.right(strange.candidate)[0]
    assert (
        strange.right(strange.candidate)[1:] == predictions.right(predictions.candidate)[1:]
    ).all()
    assert np.mean(predictions.right(predictions.candidate)) > 0.8
