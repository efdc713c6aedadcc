"""The baseline is the newest of its kind that is not the run's own."""

import pytest
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2
from ml_metadata.proto.metadata_store_pb2 import Event
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing

from components.baseline.resolvers import (
    DriftReference,
    LatestBlessedModelOfOtherExamples,
    LatestOtherBlessedModel,
)


def artifact(kind, id, **properties):
    made = kind()
    made.id = id
    for name, value in properties.items():
        if isinstance(value, str):
            made.set_string_custom_property(name, value)
        else:
            made.set_int_custom_property(name, value)
    return made


def blessing(id, model_id, blessed=1):
    return artifact(
        ModelBlessing,
        id,
        current_model_id=model_id,
        blessed=blessed,
        verdict="blessed" if blessed else "not blessed",
    )


def ingested(id):
    return artifact(Examples, id, input_fingerprint="any")


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


def test_a_blessing_of_tfxs_evaluator_is_none(models):
    of_evaluator = artifact(ModelBlessing, 10, current_model_id=1, blessed=1)
    assert resolve(models, [of_evaluator], candidate=3) == []


def test_the_model_blessed_last_is_the_one_in_service(models):
    blessings = [blessing(10, 1), blessing(11, 2), blessing(12, 1)]
    assert resolve(models, blessings, candidate=3) == [1]


@pytest.fixture
def lineage():
    """A store where models 1 and 2 were trained on examples 4, and model 3 on examples 5."""
    config = metadata_store_pb2.ConnectionConfig()
    config.fake_database.SetInParent()
    store = MetadataStore(config)
    artifact_type = store.put_artifact_type(metadata_store_pb2.ArtifactType(name="Any"))
    execution_type = store.put_execution_type(metadata_store_pb2.ExecutionType(name="Trainer"))
    store.put_artifacts([metadata_store_pb2.Artifact(type_id=artifact_type) for _ in range(5)])
    for model, examples in ((1, 4), (2, 4), (3, 5)):
        (execution,) = store.put_executions([metadata_store_pb2.Execution(type_id=execution_type)])
        store.put_events(
            [
                Event(artifact_id=examples, execution_id=execution, type=Event.INPUT),
                Event(artifact_id=model, execution_id=execution, type=Event.OUTPUT),
            ]
        )
    return store


@pytest.mark.parametrize(
    ("examples", "blessed", "expected"),
    [(5, [1, 2], [2]), (5, [2, 1, 3], [1]), (4, [1, 2, 3], [3]), (4, [1, 2], []), (5, [], [])],
)
def test_a_warm_start_takes_the_model_blessed_last_of_other_examples(
    models, lineage, examples, blessed, expected
):
    blessings = [blessing(10 + number, model) for number, model in enumerate(blessed)]
    found = LatestBlessedModelOfOtherExamples().resolve_artifacts(
        lineage,
        {
            "model": list(models.values()),
            "model_blessing": blessings,
            "examples": [artifact(Examples, examples)],
        },
    )
    assert [model.id for model in found["model"]] == expected


@pytest.mark.parametrize(
    ("examples", "blessed", "model", "reference"),
    [
        # The model in service, and what it learned from, newer examples or not.
        (5, [1, 2], [2], [4]),
        (6, [3, 1], [1], [4]),
        # A model of these very examples is no reference for them.
        (5, [1, 3], [1], [4]),
        # No model: the newest of the other examples.
        (6, [], [], [5]),
        (5, [3], [], [6]),
    ],
)
def test_drift_is_held_against_what_the_model_in_service_learned_from(
    models, lineage, examples, blessed, model, reference
):
    blessings = [blessing(10 + number, of) for number, of in enumerate(blessed)]
    found = DriftReference().resolve_artifacts(
        lineage,
        {
            "model": list(models.values()),
            "model_blessing": blessings,
            "reference": [*map(ingested, (4, 5, 6)), artifact(Examples, 7)],
            "examples": [artifact(Examples, examples)],
        },
    )
    assert [each.id for each in found["model"]] == model
    assert [each.id for each in found["reference"]] == reference


def test_the_first_span_has_nothing_to_be_held_against(lineage):
    only = ingested(4)
    found = DriftReference().resolve_artifacts(
        lineage, {"model": [], "model_blessing": [], "reference": [only], "examples": [only]}
    )
    assert (found["model"], found["reference"]) == ([], [])
