"""Every node of the DAG, in the order data meet them. This file only wires."""

from tfx.components import ExampleValidator, Trainer
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import trainer_pb2

from components.drift_report.component import DriftReporter
from components.drift_report.gate import DriftGate
from components.evaluator.component import Evaluator
from components.evaluator.gate import ModelGate
from components.evaluator.predictor import Predictor
from components.example_validator.gate import DataGate
from components.pusher.component import Pusher
from components.schema_gen.component import SchemaGen
from components.tflite_rewriter.component import TFLiteRewriter
from components.trainer import code_hash
from components.trainer.students.component import StudentTrainer
from components.trainer.tuning.component import Tuner
from pipeline.home import Home
from pipeline.local_platform import LocalPlatform
from pipeline.nodes import (
    ingest,
    make_pipeline,
    make_schema,
    make_transform,
    on_engine,
    training_settings,
    validate_serving,
)
from pipeline.platform import Platform
from pipeline.task import Task


def create_pipeline(task: Task, home: Home, platform: Platform | None = None) -> Pipeline:
    """Wires the DAG of a task, from raw data to the phone's model.

    Args:
      task: what to make.
      home: of the task on this machine.
      platform: where the DAG runs; None is this machine.
    """
    platform = platform or LocalPlatform(task, home)
    kind, asked = task.data.kind, task.evaluation
    example_gen, statistics_gen = ingest(task, task.split.to_dict(), platform.raw_data())
    examples = example_gen.outputs["examples"]
    statistics = statistics_gen.outputs["statistics"]
    schema_gen = make_schema(home, statistics)
    schema = schema_gen.outputs["schema"]

    example_validator = ExampleValidator(statistics=statistics, schema=schema)
    data_gate = DataGate(example_validator.outputs["anomalies"], schema, examples)

    drift_reference = platform.drift_reference(examples)
    drift_report = DriftReporter(
        examples,
        drift_reference.outputs["reference"],
        drift_reference.outputs["model"],
        task=task.name,
        kind=kind,
        settings=task.drift.settings(task.seed),
    )
    drift_report.add_upstream_node(data_gate)
    drift_gate = DriftGate(drift_report.outputs["report"], task.drift.on_drift)

    transform = make_transform(task, examples, schema, ["train"])
    transform.add_upstream_node(drift_gate)

    base_model = platform.base_model(examples) if task.training.warm_start else None
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
    model, model_run = trainer.outputs["model"], trainer.outputs["model_run"]

    baseline = platform.baseline_model(model)
    baseline_model = baseline.outputs["model"]
    predictor = Predictor(
        examples, model, baseline_model, kind=kind, sliced=asked.slices, quantiles=asked.quantiles
    )
    predictions = predictor.outputs["predictions"]
    evaluator = Evaluator(
        predictions,
        model,
        baseline_model,
        kind=kind,
        sliced=asked.slices,
        limits=asked.limits,
        max_losses=asked.max_losses,
    )
    on_engine(task, evaluator)
    gate = ModelGate(
        examples,
        predictions,
        evaluator.outputs["evaluation"],
        model,
        model_run,
        baseline_model,
        task=task.name,
        kind=kind,
        settings=task.evaluation.gate_settings,
        mistakes=asked.mistakes,
    )

    infra_validator = validate_serving(task, model, examples, gate)
    pusher = Pusher(
        model, gate.outputs["blessing"], infra_validator.outputs["blessing"], platform.serving
    )
    pushed_model = pusher.outputs["pushed_model"]
    record = platform.pushed(model, examples, pushed_model)
    students = None
    if task.students:
        students = StudentTrainer(
            examples,
            transform.outputs["transform_graph"],
            schema,
            model_run,
            pushed_model,
            architecture=task.model.name,
            students=[student.to_dict() for student in task.students],
            seed=task.seed,
        )
    tflite_rewriter = TFLiteRewriter(
        model,
        model_run,
        examples,
        pushed_model,
        students.outputs["students"] if students else None,
        task=task.name,
        kind=kind,
        features=task.features.to_dict(),
        settings=task.tflite.to_dict() | {"seed": task.seed},
        destination=platform.tflite,
    )

    return platform.pipeline(
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
        infra_validator,
        pusher,
        record,
        students,
        tflite_rewriter,
    )


def create_schema_pipeline(task: Task, home: Home) -> Pipeline:
    """Wires only what it takes to infer a schema; a later run finds these nodes cached."""
    example_gen, statistics_gen = ingest(task, task.split.to_dict())
    schema_gen = SchemaGen(statistics_gen.outputs["statistics"])
    return make_pipeline(task, home, example_gen, statistics_gen, schema_gen)
