"""The DAG of K folds: what a run does up to the trained model, once for each fold held out.

This file only wires.
"""

from tfx.components import ExampleValidator, Trainer
from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import trainer_pb2
from tfx.types import Channel

from components.evaluator.fold_accuracy import FoldEvaluator
from components.example_gen.folds import fold_shares, fold_splits
from components.example_validator.gate import DataGate
from components.trainer import code_hash
from pipeline.home import Home
from pipeline.nodes import ingest, make_pipeline, make_schema, make_transform, training_settings
from pipeline.task import Task

EVALUATOR = "Accuracy_fold_{}"
SEEDS = 2**31


def create_kfold_pipeline(task: Task, home: Home, folds: int) -> Pipeline:
    """Wires ingest and validation once, then transform, training and accuracy of each fold.

    Nothing of the task's own runs is read: no training begins with the model in service, which
    may have learned from what is held out here.
    """
    example_gen, statistics_gen = ingest(task, fold_shares(folds, task.split.to_dict()))
    examples = example_gen.outputs["examples"]
    statistics = statistics_gen.outputs["statistics"]
    schema_gen = make_schema(home, statistics)
    schema = schema_gen.outputs["schema"]
    example_validator = ExampleValidator(statistics=statistics, schema=schema)
    data_gate = DataGate(example_validator.outputs["anomalies"], schema, examples)
    nodes = [example_gen, statistics_gen, schema_gen, example_validator, data_gate]
    for number in range(1, folds + 1):
        fold = _fold(task, examples, schema, folds, number)
        # One after the other, and only where the data are sound.
        fold[0].add_upstream_node(nodes[-1])
        nodes += fold
    return make_pipeline(task, home, *nodes)


def seed_of(task: Task, number: int) -> int:
    """Returns the seed of the training without a fold, numbered from 1.

    They differ, as what another seed does is part of how far a single number can be trusted.
    """
    return (task.seed + number - 1) % SEEDS


def _fold(
    task: Task, examples: Channel, schema: Channel, folds: int, number: int
) -> list[BaseNode]:
    splits = fold_splits(folds, number)
    transform = make_transform(task, examples, schema, splits.train)
    settings = training_settings(task) | {"seed": seed_of(task, number)}
    trainer = Trainer(
        examples=examples,
        transform_graph=transform.outputs["transform_graph"],
        schema=schema,
        run_fn="components.trainer.run_fn.run_fn",
        custom_config=settings | {"code": code_hash(task.model.name, "run_fn")},
        train_args=trainer_pb2.TrainArgs(splits=splits.train),
        eval_args=trainer_pb2.EvalArgs(splits=splits.eval),
    )
    evaluator = FoldEvaluator(trainer.outputs["model"], examples, splits.test)
    return [
        transform.with_id(f"Transform_fold_{number}"),
        trainer.with_id(f"Trainer_fold_{number}"),
        evaluator.with_id(EVALUATOR.format(number)),
    ]
