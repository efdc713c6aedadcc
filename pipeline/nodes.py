"""Nodes that several DAGs have, made from a task. This file only wires."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from tensorflow_data_validation import StatsOptions
from tfx.components import StatisticsGen, Transform
from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import transform_pb2
from tfx.types import BaseChannel, Channel

from components.example_gen.component import ExampleGen
from components.infra_validator.component import InfraValidator
from components.schema_gen.component import ImportSchemaGen, SchemaGen
from components.source_hash import source_hash
from pipeline.home import Home, data_path
from pipeline.options.beam import Dataflow
from pipeline.serving_config.server_protos import batching_config
from pipeline.task import Task

T = TypeVar("T", bound=BaseBeamComponent)
TRANSFORMS = {"image": "components.transform.images", "text": "components.transform.texts"}


def ingest(
    task: Task, split: Mapping[str, int], source: BaseChannel | None = None
) -> tuple[ExampleGen, StatisticsGen]:
    """Returns what reads a task's data into splits.

    Args:
      task: whose data.
      split: shares of the splits.
      source: the `RawData` to read; None reads the task's path.
    """
    data = task.data.to_dict()
    # Where the data are brought to the node, a path of this machine means nothing.
    data["path"] = "" if source else str(data_path(task.data.path))
    example_gen = ExampleGen(data=data, split=split, source=source)
    # A count of every text, and every source, would hold all of them in memory. TFDV's sketches
    # are exact up to 1,024 different values for how often each comes, and 16,384 for their number.
    options = StatsOptions(use_sketch_based_topk_uniques=True)
    examples = example_gen.outputs["examples"]
    return example_gen, on_engine(task, StatisticsGen(examples=examples, stats_options=options))


def on_engine(task: Task, node: T) -> T:
    """Returns a node of Beam that reads nothing but artifacts, where the task wants it to run."""
    if isinstance(task.beam, Dataflow):
        node.with_beam_pipeline_args(task.beam.engine_arguments)
    return node


def make_schema(home: Home, statistics: Channel) -> BaseNode:
    """Returns what brings the schema: the reviewed one where there is one."""
    return ImportSchemaGen(home.schema) if home.schema.exists() else SchemaGen(statistics)


def make_transform(
    task: Task, examples: Channel, schema: Channel, analyzed: Sequence[str]
) -> Transform:
    """Returns the transform of a task, which learns from some of the splits."""
    module = TRANSFORMS[task.data.kind]
    transform = Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn=f"{module}.preprocessing_fn",
        custom_config={"features": task.features.to_dict(), "code": source_hash(module)},
        splits_config=transform_pb2.SplitsConfig(analyze=analyzed),
        materialize=False,
        disable_statistics=True,
    )
    return on_engine(task, transform)


def training_settings(task: Task) -> dict[str, Any]:
    """Returns what `run_fn` and `tuner_fn` are told of a task."""
    return {
        "features": task.features.to_dict(),
        "model": task.model.to_dict(),
        "training": task.training.to_dict(),
        "seed": task.seed,
    }


def validate_serving(task: Task, model: Channel, examples: Channel, gate: BaseNode) -> BaseNode:
    """Returns what lets a server load a blessed model before it is pushed."""
    serving = task.serving
    settings = {
        "max_load_seconds": serving.max_load_seconds,
        "max_answer_seconds": serving.max_answer_seconds,
        "memory_gib": serving.memory_gib,
        "batching": batching_config(serving) if serving.batching else "",
    }
    return InfraValidator(
        model,
        examples,
        gate.outputs["blessing"],
        task=task.name,
        settings=settings,
        largest_batch=serving.max_batch_size if serving.batching else 1,
    )


def make_pipeline(task: Task, home: Home, *nodes: BaseNode | None) -> Pipeline:
    """Puts nodes together, those that are None left out."""
    return Pipeline(
        pipeline_name=home.pipeline,
        pipeline_root=str(home.artifacts),
        components=[node for node in nodes if node],
        enable_cache=True,
        metadata_connection_config=home.metadata.connection(),
        beam_pipeline_args=task.beam.arguments,
    )
