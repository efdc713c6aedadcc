"""What was pushed is found again by a later run, and no other run's is taken for it."""

from pathlib import Path

import pytest
from tfx.types.standard_artifacts import Examples, Model, PushedModel

from components.absent import ABSENT
from components.artifacts import Record as RecordArtifact
from components.artifacts import Records
from components.baseline import recorded
from components.features import FINGERPRINT
from components.mounts import MOUNTED


@pytest.fixture(autouse=True)
def mounted(monkeypatch, tmp_path):
    """As KFP's launcher mounts it, under a folder of the test."""
    monkeypatch.setenv(MOUNTED, str(tmp_path))
    return tmp_path


@pytest.fixture
def records(mounted):
    artifact = Records()
    artifact.uri = str(mounted / "minio/bucket/pets/in_service")
    return artifact


def model_at(mounted, name):
    artifact = Model()
    artifact.uri = str(mounted / "minio/bucket" / name)
    return artifact


def examples_of(mounted, mark, span=0):
    artifact = Examples()
    artifact.uri = str(mounted / "minio/bucket/examples" / mark)
    artifact.split_names = '["train", "test"]'
    artifact.span = span
    artifact.set_string_custom_property(FINGERPRINT, mark)
    return artifact


def push(records, model, examples, version, pushed=1):
    """Runs the node that records; returns its output."""
    made, outcome = RecordArtifact(), PushedModel()
    outcome.set_int_custom_property("pushed", pushed)
    outcome.set_string_custom_property("pushed_version", version)
    made.uri = str(Path(records.uri).parent / "elsewhere")
    recorded._record_push.test_call(
        records=records, model=model, examples=examples, pushed_model=outcome, record=made, code=""
    )
    return made


def baseline(records, candidate):
    found = Model()
    recorded._other_model.test_call(records=records, candidate=candidate, model=found, code="")
    return found


def reference(records, examples):
    found, model = Examples(), Model()
    recorded._drift_reference.test_call(
        records=records, examples=examples, reference=found, model=model, code=""
    )
    return found, model


def is_absent(artifact):
    return artifact.get_int_custom_property(ABSENT) == 1


def test_before_the_first_push_there_is_nothing(records, mounted):
    """An object store has no empty folders, so the folder of the records is missing."""
    assert is_absent(baseline(records, model_at(mounted, "first")))
    assert all(map(is_absent, reference(records, examples_of(mounted, "a"))))


def test_a_record_is_an_output_that_lies_among_the_records(records, mounted):
    made = push(records, model_at(mounted, "first"), examples_of(mounted, "a"), "100")
    assert made.uri == f"{records.uri}/100"
    assert str(mounted) not in Path(made.uri, "record.json").read_text()


def test_the_newest_version_is_the_baseline_but_never_the_candidate(records, mounted):
    first, second = model_at(mounted, "first"), model_at(mounted, "second")
    push(records, first, examples_of(mounted, "a"), "100")
    push(records, second, examples_of(mounted, "b"), "1000")
    assert baseline(records, model_at(mounted, "third")).uri == second.uri
    assert baseline(records, second).uri == first.uri


def test_what_was_not_pushed_is_not_recorded(records, mounted):
    assert is_absent(push(records, model_at(mounted, "x"), examples_of(mounted, "a"), "", pushed=0))
    assert is_absent(baseline(records, model_at(mounted, "third")))


def test_new_examples_are_held_against_those_that_the_model_in_service_learned_from(
    records, mounted
):
    """With all properties, without which TFX could not read them."""
    push(records, model_at(mounted, "first"), examples_of(mounted, "a", span=3), "100")
    push(records, model_at(mounted, "second"), examples_of(mounted, "b", span=4), "200")
    found, model = reference(records, examples_of(mounted, "c", span=5))
    assert (found.uri, found.span, found.split_names) == (
        str(mounted / "minio/bucket/examples/b"),
        4,
        '["train", "test"]',
    )
    assert model.uri == str(mounted / "minio/bucket/second")
    found, model = reference(records, examples_of(mounted, "b", span=4))
    assert found.span == 3
    assert model.uri == str(mounted / "minio/bucket/first")


def test_a_training_begins_with_a_model_of_other_examples(records, mounted):
    push(records, model_at(mounted, "first"), examples_of(mounted, "a"), "100")
    found = Model()
    recorded._model_of_other_examples.test_call(
        records=records, examples=examples_of(mounted, "a"), model=found, code=""
    )
    assert is_absent(found)
