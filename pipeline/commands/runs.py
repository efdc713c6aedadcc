"""Commands around runs: run, new, schema, kfold."""

import argparse
from pathlib import Path

from rich.console import Console

from pipeline.commands.parsers import Commands, add_command, add_task_command
from pipeline.home import PROJECT
from pipeline.load import load_task


def add(commands: Commands) -> None:
    """Adds them."""
    add_task_command(commands, "run", _run, "run the DAG of a task on this machine")

    new = add_command(commands, "new", _new, "look at data and write a task file for them")
    new.add_argument("name", help="of the task: lower-case letters, digits and _")
    new.add_argument("--data", required=True, type=Path, help="a folder or a table")

    schema = add_task_command(
        commands, "schema", _schema, "infer the schema of a task's data, for review"
    )
    schema.add_argument("--yes", action="store_true", help="write without asking")

    kfold = add_task_command(
        commands,
        "kfold",
        _kfold,
        "train on all folds but one, in turn, and say how noisy an accuracy is",
    )
    kfold.add_argument("--folds", type=int, default=5, metavar="K", help="how many; 5 if not said")


def _run(arguments: argparse.Namespace) -> None:
    from pipeline.run_local import run

    run(load_task(arguments.task))


def _new(arguments: argparse.Namespace) -> None:
    from pipeline.new import new

    new(arguments.name, arguments.data, PROJECT, Console(highlight=False, soft_wrap=True))


def _schema(arguments: argparse.Namespace) -> None:
    from pipeline.schema import update_schema

    update_schema(load_task(arguments.task), arguments.yes)


def _kfold(arguments: argparse.Namespace) -> None:
    from pipeline.kfold import kfold

    kfold(load_task(arguments.task), arguments.folds)
