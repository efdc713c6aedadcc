"""Every node of the DAG, on one screen. This file only wires."""

from collections.abc import Mapping, Sequence
from typing import Any

from tfx.components import (
    Evaluator,
    ExampleValidator,
    Pusher,
    StatisticsGen,
    Trainer,
    Transform,
)
from tfx.dsl.components.base.base_node import BaseNode
from tfx.dsl.components.common.resolver import Resolver
from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import pusher_pb2, trainer_pb2, transform_pb2
from tfx.types import Channel
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing

from components.baseline.resolvers import (
    DriftReference,
    LatestBlessedModelOfOtherExamples,
    LatestOtherBlessedModel,
)
from components.drift_report.component import DriftReporter
from components.drift_report.gate import DriftGate
from components.evaluator import extractors
from components.evaluator.eval_config import eval_config
from components.evaluator.gate import ModelGate
from components.evaluator.predictor import Predictor
from components.evaluator.slices import sliced_features
from components.example_gen.component import ExampleGen
from components.example_validator.gate import DataGate
from components.pusher import executor as pusher_executor
from components.schema_gen.component import ImportSchemaGen, SchemaGen
from components.source_hash import source_hash
from components.tflite_rewriter.component import TFLiteRewriter
from components.trainer import code_hash
from components.trainer.students.component import StudentTrainer
from components.trainer.tuning.component import Tuner
from pipeline.home import Home, data_path
from pipeline.task import Task

TRANSFORMS = {"image": "components.transform.images", "text": "components.transform.texts"}


def create_pipeline(task: Task, home: Home) -> Pipeline:
    """Wires the DAG of a task, from raw data to the phone's model."""
    example_gen, statistics_gen = ingest(task, task.split.to_dict())
    examples = example_gen.outputs["examples"]
    statistics = statistics_gen.outputs["statistics"]
    schema_gen = make_schema(home, statistics)
    schema = schema_gen.outputs["schema"]

    example_validator = ExampleValidator(statistics=statistics, schema=schema)
    data_gate = DataGate(example_validator.outputs["anomalies"], schema, examples)

    drift_reference = Resolver(
        strategy_class=DriftReference,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
        reference=Channel(type=Examples),
        examples=examples,
    ).with_id("DriftReference")
    drift_report = DriftReporter(
        examples,
        drift_reference.outputs["reference"],
        drift_reference.outputs["model"],
        task=task.name,
        kind=task.data.kind,
        settings=task.drift_settings,
    )
    drift_report.add_upstream_node(data_gate)
    drift_gate = DriftGate(drift_report.outputs["report"], task.drift.on_drift)

    transform = make_transform(task, examples, schema, ["train"])
    transform.add_upstream_node(drift_gate)

    base_model = _base_model(examples) if task.training.warm_start else None
    training = {
        "examples": examples,
        "transform_graph": transform.outputs["transform_graph"],
        "schema": schema,
        "base_model": base_model.outputs["model"] if base_model else None,
        "train_args": trainer_pb2.TrainArgs(splits=["train"]),
        "eval_args": trainer_pb2.EvalArgs(splits=["eval"]),
    }
    settings = training_settings(task)
    tuner = None
    if task.tuning:
        tuning = task.tuning.to_dict()
        code = code_hash(task.model.name, "tuning.tuner_fn", "tuning.component")
        tuner = Tuner(
            tuner_fn="components.trainer.tuning.tuner_fn.tuner_fn",
            custom_config=settings | {"tuning": tuning, "code": code},
            **training,
        )
    trainer = Trainer(
        run_fn="components.trainer.run_fn.run_fn",
        hyperparameters=tuner.outputs["best_hyperparameters"] if tuner else None,
        custom_config=settings | {"code": code_hash(task.model.name, "run_fn")},
        **training,
    )
    model = trainer.outputs["model"]

    baseline = Resolver(
        strategy_class=LatestOtherBlessedModel,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
        candidate=model,
    ).with_id("BaselineModel")
    predictor = Predictor(
        examples,
        model,
        baseline.outputs["model"],
        kind=task.data.kind,
        sliced=task.evaluation.slices,
        quantiles=task.evaluation.quantiles,
    )
    predictions = predictor.outputs["predictions"]
    evaluator = Evaluator(
        examples=predictions,
        example_splits=["test"],
        model=model,
        baseline_model=baseline.outputs["model"],
        eval_config=eval_config(
            task.evaluation.limits,
            task.evaluation.max_losses,
            sliced_features(task.data.kind, task.evaluation.slices),
        ),
        module_path=extractors.__name__,
    )
    gate = ModelGate(
        examples,
        predictions,
        evaluator.outputs["evaluation"],
        model,
        trainer.outputs["model_run"],
        baseline.outputs["model"],
        task=task.name,
        kind=task.data.kind,
        settings=task.gate_settings,
        mistakes=task.evaluation.mistakes,
    )

    pusher = Pusher(
        model=model,
        model_blessing=gate.outputs["blessing"],
        push_destination=pusher_pb2.PushDestination(
            filesystem=pusher_pb2.PushDestination.Filesystem(base_directory=str(home.serving))
        ),
        custom_executor_spec=pusher_executor.executor_class_spec,
        custom_config={"code": pusher_executor.code_hash()},
    )
    students = None
    if task.students:
        students = StudentTrainer(
            examples,
            transform.outputs["transform_graph"],
            schema,
            trainer.outputs["model_run"],
            pusher.outputs["pushed_model"],
            architecture=task.model.name,
            students=[student.to_dict() for student in task.students],
            seed=task.seed,
        )
    tflite_rewriter = TFLiteRewriter(
        model,
        trainer.outputs["model_run"],
        examples,
        pusher.outputs["pushed_model"],
        students.outputs["students"] if students else None,
        task=task.name,
        kind=task.data.kind,
        features=task.features.to_dict(),
        settings=task.tflite.to_dict() | {"seed": task.seed},
        destination=str(home.tflite),
    )

    return make_pipeline(
        task,
        home,
        example_gen,
        statistics_gen,
        schema_gen,
        example_validator,
        data_gate,
        drift_reference,
        drift_report,
        drift_gate,
        transform,
        base_model,
        tuner,
        trainer,
        baseline,
        predictor,
        evaluator,
        gate,
        pusher,
        students,
        tflite_rewriter,
    )


def create_schema_pipeline(task: Task, home: Home) -> Pipeline:
    """Wires only what it takes to infer a schema; a later run finds these nodes cached."""
    example_gen, statistics_gen = ingest(task, task.split.to_dict())
    schema_gen = SchemaGen(statistics_gen.outputs["statistics"])
    return make_pipeline(task, home, example_gen, statistics_gen, schema_gen)


def ingest(task: Task, split: Mapping[str, int]) -> tuple[ExampleGen, StatisticsGen]:
    """Wires what reads a task's data into splits, whose shares are given."""
    data = task.data.to_dict() | {"path": str(data_path(task.data.path))}
    example_gen = ExampleGen(data=data, split=split)
    return example_gen, StatisticsGen(examples=example_gen.outputs["examples"])


def make_schema(home: Home, statistics: Channel) -> BaseNode:
    """Wires what brings the schema: the reviewed one where there is one."""
    return ImportSchemaGen(home.schema) if home.schema.exists() else SchemaGen(statistics)


def make_transform(
    task: Task, examples: Channel, schema: Channel, analyzed: Sequence[str]
) -> Transform:
    """Wires the transform of a task, which learns from some of the splits."""
    module = TRANSFORMS[task.data.kind]
    return Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn=f"{module}.preprocessing_fn",
        custom_config={"features": task.features.to_dict(), "code": source_hash(module)},
        splits_config=transform_pb2.SplitsConfig(analyze=analyzed),
        materialize=False,
        disable_statistics=True,
    )


def training_settings(task: Task) -> dict[str, Any]:
    """Returns what `run_fn` and `tuner_fn` are told of a task."""
    return {
        "features": task.features.to_dict(),
        "model": task.model.to_dict(),
        "training": task.training.to_dict(),
        "seed": task.seed,
    }


def _base_model(examples: Channel) -> Resolver:
    return Resolver(
        strategy_class=LatestBlessedModelOfOtherExamples,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
        examples=examples,
    ).with_id("BaseModel")


def make_pipeline(task: Task, home: Home, *nodes: BaseNode | None) -> Pipeline:
    """Puts nodes together, those that are None left out."""
    return Pipeline(
        pipeline_name=task.name,
        pipeline_root=str(home.artifacts),
        components=[node for node in nodes if node],
        enable_cache=True,
        metadata_connection_config=sqlite_metadata_connection_config(str(home.metadata)),
        beam_pipeline_args=[
            "--direct_running_mode=in_memory",
            "--direct_num_workers=1",
            # Unused by Beam here. Unnamed, TFX packs its own source for workers, in every node.
            "--sdk_container_image=none",
        ],
    )
