"""TFX's own Evaluator, on predictions instead of models, measures what they hold."""

import re

import numpy as np
import pytest

from components.evaluator.results import load_results, missed_thresholds


@pytest.fixture
def evaluation(evaluated):
    """The folder that the Evaluator put out."""
    return str(evaluated / "evaluation")


def test_both_models_are_measured_on_all_examples(evaluation, predictions):
    found = load_results(evaluation, predictions.classes)
    for metrics, probabilities in (
        (found.candidate, predictions.candidate),
        (found.baseline, predictions.baseline),
    ):
        assert metrics.values["accuracy"] == pytest.approx(predictions.right(probabilities).mean())
    labels, predicted = predictions.label_indices, predictions.candidate.argmax(axis=1)
    for label in range(3):
        assert found.candidate.recall[predictions.classes[label]] == pytest.approx(
            (predicted[labels == label] == label).mean()
        )
    assert (found.confusion.sum(axis=1) == np.bincount(labels)).all()
    assert sum(each.examples for each in found.calibration) == len(labels)


def test_missed_thresholds_are_said_in_a_sentence_and_others_are_not(evaluation):
    area, calibration = missed_thresholds(evaluation)
    assert area.startswith("Auc is 0.9") and area.endswith("below limits['auc'] = 0.9990.")
    assert re.fullmatch(
        r"Calibration error is 0\.\d+ worse than that of the model in service, and "
        r"max_losses\['calibration_error'\] allows 0\.0000\.",
        calibration,
    )


def test_every_slice_is_measured_and_a_feature_that_nothing_is_sliced_by_is_left_out(evaluation):
    import tensorflow_model_analysis as tfma

    names = {
        key.column
        for each in tfma.load_metrics(evaluation)
        for key in each.slice_key.single_slice_keys
    }
    assert names == {"label_slice", "brightness_slice"}
