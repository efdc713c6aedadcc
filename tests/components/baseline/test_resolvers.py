"""The baseline is the newest of its kind that is not the run's own."""

import pytest
from tfx.types.standard_artifacts import ExampleStatistics, Model, ModelBlessing

from components.baseline.resolvers import LatestOtherArtifact, LatestOtherBlessedModel


def artifact(kind, id, **properties):
    made = kind()
    made.id = id
    for name, value in properties.items():
        made.set_int_custom_property(name, value)
    return made


def blessing(id, model_id, blessed=1):
    return artifact(ModelBlessing, id, current_model_id=model_id, blessed=blessed)


@pytest.fixture
def models():
    return {id: artifact(Model, id) for id in (1, 2, 3)}


def resolve(models, blessings, candidate):
    found = LatestOtherBlessedModel().resolve_artifacts(
        None,
        {
            "model": list(models.values()),
            "model_blessing": blessings,
            "candidate": [models[candidate]],
        },
    )
    return [model.id for model in found["model"]]


def test_the_first_model_has_no_baseline(models):
    assert resolve(models, [], candidate=1) == []


def test_a_model_is_never_its_own_baseline(models):
    assert resolve(models, [blessing(10, 1)], candidate=1) == []


def test_models_that_were_not_blessed_do_not_count(models):
    blessings = [blessing(10, 1), blessing(11, 2, blessed=0)]
    assert resolve(models, blessings, candidate=3) == [1]


def test_the_model_blessed_last_is_the_one_in_service(models):
    blessings = [blessing(10, 1), blessing(11, 2), blessing(12, 1)]
    assert resolve(models, blessings, candidate=3) == [1]


def test_the_previous_statistics_are_the_newest_others():
    statistics = [artifact(ExampleStatistics, id) for id in (4, 9, 7)]
    found = LatestOtherArtifact().resolve_artifacts(
        None, {"previous": statistics, "current": [statistics[1]]}
    )
    assert [each.id for each in found["previous"]] == [7]


def test_the_first_span_has_no_previous_one():
    only = artifact(ExampleStatistics, 4)
    found = LatestOtherArtifact().resolve_artifacts(None, {"previous": [only], "current": [only]})
    assert found["previous"] == []
