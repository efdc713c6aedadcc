"""Claims about the DAG's node."""

import json
from pathlib import Path

import pytest
from ml_metadata.proto import metadata_store_pb2
from tfx.dsl.components.common.importer import Importer
from tfx.orchestration import metadata, pipeline
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.types import channel_utils
from tfx.types.standard_artifacts import (
    Examples,
    InfraBlessing,
    Model,
    ModelBlessing,
    ModelRun,
    PushedModel,
)

from components.absent import ABSENT
from components.artifacts import PushedTFLite, TFLiteModels
from components.errors import InputError
from components.pusher.component import Pusher
from components.tflite_rewriter.component import TFLiteRewriter, record_files

SETTINGS = {
    "examples": 20,
    "variants": ["float32", "int8"],
    "max_accuracy_drop": 0.5,
    "min_agreement": 0.5,
    "memory_bytes": 6 * 2**30,
}


def test_the_node_carries_the_code_s_hash():
    """TFX's cache key sees the source, and the node has the name that the DAG gives it."""
    node = make_node("runs/tiny/tflite")
    assert node.id == "TFLiteRewriter"
    assert len(node.exec_properties["code"]) == 16
    assert list(node.outputs) == ["tflite_models", "pushed_tflite"]
    assert node.outputs["tflite_models"].type is TFLiteModels


def test_a_model_that_is_not_pushed_is_not_converted(tmp_path):
    """The report says so, and neither the model nor the destination is touched."""
    pushed_model = PushedModel()
    pushed_model.set_int_custom_property("pushed", 0)
    output, pushed_tflite = TFLiteModels(), PushedTFLite()
    output.uri = str(tmp_path / "output")
    type(make_node("unused")).test_call(
        model=Model(),
        model_run=ModelRun(),
        examples=Examples(),
        pushed_model=pushed_model,
        tflite_models=output,
        pushed_tflite=pushed_tflite,
        task="tiny",
        kind="image",
        features="{}",
        settings=json.dumps(SETTINGS),
        destination=str(tmp_path / "tflite"),
        code="",
    )
    assert output.get_string_custom_property("verdict") == "not pushed: model not blessed"
    assert output.get_int_custom_property("blessed") == 0
    assert pushed_tflite.get_int_custom_property(ABSENT) == 1
    report = json.loads((tmp_path / "output" / "parity.json").read_text())
    assert report["verdict"] == "not pushed: model not blessed"
    assert report["rows"] == []
    assert not (tmp_path / "tflite").exists()


def test_variants_that_cannot_be_made_are_told_before_the_run():
    """A pipeline with them is not even wired."""
    with pytest.raises(InputError, match="no variant 'int4'"):
        make_node("unused", variants=["float32", "int4"])


@pytest.mark.parametrize(
    ("splits", "expected"), [(["train", "eval", "test"], "test"), (["train", "eval"], "eval")]
)
def test_examples_come_from_the_first_split_that_there_is(tmp_path, splits, expected):
    """The split that decided nothing in training is taken where there is one."""
    for split in splits:
        (tmp_path / f"Split-{split}").mkdir()
        (tmp_path / f"Split-{split}" / "data.gz").write_bytes(b"")
    assert record_files(examples_in(tmp_path, splits), ("test", "eval")) == [
        str(tmp_path / f"Split-{expected}" / "data.gz")
    ]


def test_examples_without_an_evaluation_split_are_an_error(tmp_path):
    """Training data are never used to measure."""
    with pytest.raises(ValueError, match="test or eval"):
        record_files(examples_in(tmp_path, ["train"]), ("test", "eval"))


@pytest.mark.e2e
def test_pusher_and_rewriter_in_a_real_run(images, tmp_path):
    """A blessed model is pushed with its TFLite model under one version, and a rerun is cached."""
    run_pipeline(images, tmp_path, blessed=True)
    (version,) = [p.name for p in (tmp_path / "serving").iterdir() if p.name.isdigit()]
    pushed = tmp_path / "tflite" / version
    names = {"model.tflite", "labels.txt", "model.json", "parity.json", "index.html", "README.md"}
    assert {p.name for p in pushed.iterdir()} == names
    (artifact,) = artifacts(tmp_path, TFLiteModels.TYPE_NAME)
    properties = artifact.custom_properties
    assert properties["blessed"].int_value == 1
    assert properties["pushed_version"].string_value == version
    assert properties["pushed_destination"].string_value == str(pushed)
    assert properties["verdict"].string_value.startswith("blessed: ")
    assert Path(artifact.uri, "served", "float32", "model.tflite").is_file()

    run_pipeline(images, tmp_path, blessed=True)
    assert executions(tmp_path, "TFLiteRewriter") == ["COMPLETE", "CACHED"]
    assert executions(tmp_path, "Pusher") == ["COMPLETE", "CACHED"]


@pytest.mark.e2e
def test_nothing_is_pushed_in_a_real_run_of_a_model_that_is_not_blessed(images, tmp_path):
    """Neither folder exists afterwards, and the run itself succeeds with a verdict."""
    run_pipeline(images, tmp_path, blessed=False)
    (artifact,) = artifacts(tmp_path, TFLiteModels.TYPE_NAME)
    verdict = artifact.custom_properties["verdict"].string_value
    assert verdict == "not pushed: model not blessed"
    assert not (tmp_path / "serving").exists()
    assert not (tmp_path / "tflite").exists()


def make_node(destination: str, **settings):
    def channel(artifact):
        return channel_utils.as_channel([artifact])

    return TFLiteRewriter(
        model=channel(Model()),
        model_run=channel(ModelRun()),
        examples=channel(Examples()),
        pushed_model=channel(PushedModel()),
        task="tiny",
        kind="image",
        features={},
        settings=SETTINGS | settings,
        destination=destination,
    )


def examples_in(folder: Path, splits: list[str]) -> Examples:
    examples = Examples()
    examples.uri = str(folder)
    examples.split_names = json.dumps(splits)
    return examples


def run_pipeline(images, home: Path, blessed: bool) -> None:
    model = Importer(str(images.folder / "model"), Model).with_id("ImportModel")
    model_run = Importer(str(images.folder / "run"), ModelRun).with_id("ImportModelRun")
    examples = Importer(
        str(images.folder), Examples, properties={"split_names": '["train", "test"]'}
    ).with_id("ImportExamples")
    blessing = Importer(
        str(home), ModelBlessing, custom_properties={"blessed": int(blessed)}
    ).with_id("ImportBlessing")
    infra_blessing = Importer(str(home), InfraBlessing, custom_properties={"blessed": 1}).with_id(
        "ImportInfraBlessing"
    )
    pusher = Pusher(
        model.outputs["result"],
        blessing.outputs["result"],
        infra_blessing.outputs["result"],
        str(home / "serving"),
    )
    rewriter = TFLiteRewriter(
        model=model.outputs["result"],
        model_run=model_run.outputs["result"],
        examples=examples.outputs["result"],
        pushed_model=pusher.outputs["pushed_model"],
        task="tiny",
        kind="image",
        features=images.features,
        settings=SETTINGS,
        destination=str(home / "tflite"),
    )
    LocalDagRunner().run(
        pipeline.Pipeline(
            pipeline_name="tiny",
            pipeline_root=str(home / "artifacts"),
            metadata_connection_config=connection(home),
            components=[model, model_run, examples, blessing, infra_blessing, pusher, rewriter],
            enable_cache=True,
        )
    )


def connection(home: Path) -> metadata_store_pb2.ConnectionConfig:
    return metadata.sqlite_metadata_connection_config(str(home / "metadata.db"))


def artifacts(home: Path, type_name: str) -> list[metadata_store_pb2.Artifact]:
    with metadata.Metadata(connection(home)) as handle:
        return handle.store.get_artifacts_by_type(type_name)


def executions(home: Path, node: str) -> list[str]:
    """Returns the states of a node's executions in their order."""
    state = metadata_store_pb2.Execution.State
    with metadata.Metadata(connection(home)) as handle:
        found = [
            execution
            for execution in handle.store.get_executions()
            for context in handle.store.get_contexts_by_execution(execution.id)
            if context.name.endswith(f".{node}")
        ]
    return [state.Name(e.last_known_state) for e in sorted(found, key=lambda e: e.id)]
