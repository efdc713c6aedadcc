"""The models are asked about requests: the one in service, the canary, and what it knows."""

import numpy as np
import pytest

from components.drift_report.sample import Sample
from pipeline.feedback.look import look
from tests.pipeline.feedback.conftest import example, grey, write_model


def sample(*levels):
    return Sample(len(levels), [example(grey(level, seed)) for seed, level in enumerate(levels)])


NOTHING = Sample(0, [])


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "stable")
    write_model(folder / "canary", 0.2, ("light", "dark"))
    write_model(folder / "wider", 0.5, ("dark", "light", "grey"))
    write_model(folder / "old", embeds=False)
    return folder


def test_the_margin_is_smallest_where_the_model_is_unsure(models):
    """Nothing else is known without a canary and without examples."""
    seen = look("image", sample(0, 128, 255), NOTHING, models / "stable", None, seed=0)
    assert seen.scores.margins.argmin() == 1
    assert seen.classes == ["dark", "light"] and seen.canary is None
    assert seen.scores.oddness is seen.scores.differences is None


@pytest.mark.parametrize("model", ["stable", "old"])
def test_what_lies_far_from_known_examples_is_odd(models, model):
    """As the model sees it, or a fixed view where it was exported without `embed`."""
    known = sample(*range(30, 90))
    seen = look("image", sample(60, 250), known, models / model, None, seed=0)
    assert seen.scores.oddness[1] > 5 * seen.scores.oddness[0]
    assert seen.scores.percentiles[1] == 100 and seen.scores.percentiles[0] < 95


def test_the_canarys_classes_are_matched_by_name(models):
    """Not by their place: what it calls light, this one calls dark."""
    seen = look("image", sample(0, 90, 255), NOTHING, models / "stable", models / "canary", 0)
    assert seen.canary.argmax(axis=1).tolist() == [1, 0, 0]
    assert seen.stable.argmax(axis=1).tolist() == [0, 0, 1]
    assert (seen.scores.differences > 0).tolist() == [True, False, True]


def test_a_class_that_only_the_canary_has_is_a_column(models):
    seen = look("image", sample(0), NOTHING, models / "stable", models / "wider", 0)
    assert seen.classes == ["dark", "light", "grey"]
    assert seen.stable.shape == seen.canary.shape == (1, 3)
    np.testing.assert_allclose(seen.stable.sum(axis=1), 1, atol=1e-6)
