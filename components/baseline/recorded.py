"""The nodes that find what a run is held against in records, where there is no ML Metadata to ask.

They stand where `component.py` has resolvers, and find the same, but for one thing: examples of
which no model was pushed are in no record, and so are never a reference.
"""

from collections.abc import Iterator
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import Examples, Model, PushedModel

from components.absent import mark_absent
from components.artifacts import Record as RecordArtifact
from components.artifacts import Records
from components.baseline.records import Record, Recorded, read, write
from components.features import FINGERPRINT
from components.mounts import to_remote
from components.source_hash import source_hash


@component
def _other_model(
    records: InputArtifact[Records],
    candidate: InputArtifact[Model],
    model: OutputArtifact[Model],
    code: Parameter[str],
) -> None:
    uri = to_remote(candidate.uri)
    found = next((each for each in read(Path(records.uri)) if each.model.uri != uri), None)
    _restore(found.model if found else None, model)


@component
def _model_of_other_examples(
    records: InputArtifact[Records],
    examples: InputArtifact[Examples],
    model: OutputArtifact[Model],
    code: Parameter[str],
) -> None:
    found = next(_of_other_examples(records, examples), None)
    _restore(found.model if found else None, model)


@component
def _drift_reference(
    records: InputArtifact[Records],
    examples: InputArtifact[Examples],
    reference: OutputArtifact[Examples],
    model: OutputArtifact[Model],
    code: Parameter[str],
) -> None:
    found = next(_of_other_examples(records, examples), None)
    _restore(found.examples if found else None, reference)
    _restore(found.model if found else None, model)


@component
def _record_push(
    records: InputArtifact[Records],
    model: InputArtifact[Model],
    examples: InputArtifact[Examples],
    pushed_model: InputArtifact[PushedModel],
    record: OutputArtifact[RecordArtifact],
    code: Parameter[str],
) -> None:
    if pushed_model.get_int_custom_property("pushed") != 1:
        mark_absent(record)
        return
    version = pushed_model.get_string_custom_property("pushed_version")
    record.uri = f"{records.uri.rstrip('/')}/{version}"
    write(Path(record.uri), Record(int(version), Recorded.of(model), Recorded.of(examples)))


def _of_other_examples(records: Records, examples: Examples) -> Iterator[Record]:
    """Yields the records of models that learned from other examples, the newest first."""
    current = examples.get_string_custom_property(FINGERPRINT)
    for record in read(Path(records.uri)):
        recorded = Examples()
        record.examples.restore(recorded)
        if recorded.get_string_custom_property(FINGERPRINT) != current:
            yield record


def _restore(found: Recorded | None, artifact: Model | Examples) -> None:
    if found:
        found.restore(artifact)
    else:
        mark_absent(artifact)


def RecordedBaselineModel(records: BaseChannel, candidate: BaseChannel) -> BaseNode:
    """Finds the model in service, as output `model`; the candidate itself is never it."""
    return _other_model(records=records, candidate=candidate, code=source_hash(__name__)).with_id(
        "BaselineModel"
    )


def RecordedBaseModel(records: BaseChannel, examples: BaseChannel) -> BaseNode:
    """Finds the model that a training begins with, as output `model`: one of other examples."""
    return _model_of_other_examples(
        records=records, examples=examples, code=source_hash(__name__)
    ).with_id("BaseModel")


def RecordedDriftReference(records: BaseChannel, examples: BaseChannel) -> BaseNode:
    """Finds what new examples are held against, as outputs `reference` and `model`."""
    return _drift_reference(records=records, examples=examples, code=source_hash(__name__)).with_id(
        "DriftReference"
    )


def PushRecorder(
    records: BaseChannel, model: BaseChannel, examples: BaseChannel, pushed_model: BaseChannel
) -> BaseNode:
    """Adds a version to the records, once it was pushed, as output `record`."""
    return _record_push(
        records=records,
        model=model,
        examples=examples,
        pushed_model=pushed_model,
        code=source_hash(__name__),
    ).with_id("PushRecorder")
