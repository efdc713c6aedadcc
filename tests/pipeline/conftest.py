"""What runs leave behind, without a run."""

import json

import pytest
import tensorflow as tf
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto.metadata_store_pb2 import (
    Artifact,
    ArtifactType,
    Attribution,
    Context,
    ContextType,
    Event,
    Execution,
    ExecutionType,
)

from pipeline.home import RUNS_VARIABLE, Home
from pipeline.lineage import PIPELINE_CONTEXT
from pipeline.task import (
    Drift,
    ImageData,
    ImageFeatures,
    Model,
    Task,
    TextData,
    TextFeatures,
)


class Past:
    """The runs of a task: what they made from what, in ML Metadata and in files."""

    def __init__(self, home: Home) -> None:
        self.home = home
        home.root.mkdir(parents=True)
        self._store = MetadataStore(home.metadata.connection())
        context_type = self._store.put_context_type(ContextType(name=PIPELINE_CONTEXT))
        context = Context(type_id=context_type, name=home.pipeline)
        (self._context,) = self._store.put_contexts([context])

    def made(self, kind, uri="", state=Artifact.LIVE, inputs=None, **custom) -> int:
        """Adds an artifact that was made from others, `{key: [ids]}`; returns its id."""
        known = ArtifactType(name=kind, properties={"span": 1})
        type_id = self._store.put_artifact_type(known, can_add_fields=True)
        artifact = Artifact(type_id=type_id, uri=str(uri), state=state)
        for name, value in custom.items():
            if name == "span":
                artifact.properties[name].int_value = value
            else:
                artifact.custom_properties[name].string_value = value
        (made,) = self._store.put_artifacts([artifact])
        execution_type = self._store.put_execution_type(ExecutionType(name=f"maker of {kind}"))
        (execution,) = self._store.put_executions([Execution(type_id=execution_type)])
        path = Event.Path(steps=[Event.Path.Step(key="output")])
        events = [Event(artifact_id=made, execution_id=execution, type=Event.OUTPUT, path=path)]
        for key, ids in (inputs or {}).items():
            path = Event.Path(steps=[Event.Path.Step(key=key)])
            events += [
                Event(artifact_id=one, execution_id=execution, type=Event.INPUT, path=path)
                for one in ids
            ]
        self._store.put_events(events)
        attribution = Attribution(artifact_id=made, context_id=self._context)
        self._store.put_attributions_and_associations([attribution], [])
        return made

    def examples(self, span=0, **splits) -> int:
        """Adds an Examples artifact with serialized examples by split."""
        folder = self.home.artifacts / "ExampleGen" / str(len(list(self.home.root.rglob("Split*"))))
        for split, serialized in splits.items():
            (folder / f"Split-{split}").mkdir(parents=True)
            path = str(folder / f"Split-{split}" / "data_tfrecord-0.gz")
            with tf.io.TFRecordWriter(path, "GZIP") as writer:
                for each in serialized:
                    writer.write(each)
        (folder / "ingest_report.json").write_text(json.dumps({"ready_made_splits": []}))
        return self.made("Examples", folder, span=span, input_fingerprint="any")

    def pushed(self, examples, version="17") -> None:
        """Adds a model that learned from an Examples artifact, and was pushed."""
        model = self.made("Model", inputs={"examples": [examples]})
        self.made("PushedModel", inputs={"model": [model]}, pushed_version=version)
        (self.home.serving / version).mkdir(parents=True)


@pytest.fixture
def past(tmp_path, monkeypatch):
    """Returns a function that makes the past of a task."""
    monkeypatch.setenv(RUNS_VARIABLE, str(tmp_path / "runs"))
    return lambda name: Past(Home.of(name))


@pytest.fixture
def image_task(monkeypatch, tmp_path):
    """A task of images; what it makes lies below tmp_path."""
    monkeypatch.setenv(RUNS_VARIABLE, str(tmp_path / "runs"))
    return Task(
        name="pets",
        data=ImageData(path="nowhere"),
        features=ImageFeatures(height=8, width=8),
        model=Model(name="residual_cnn"),
        drift=Drift(min_examples=20),
    )


@pytest.fixture
def text_task(monkeypatch, tmp_path):
    """A task of texts, likewise."""
    monkeypatch.setenv(RUNS_VARIABLE, str(tmp_path / "runs"))
    return Task(
        name="reviews",
        data=TextData(path="nowhere"),
        features=TextFeatures(length=8),
        model=Model(name="text_cnn"),
        drift=Drift(min_examples=20),
    )
