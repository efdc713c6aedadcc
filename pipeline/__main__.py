"""`python -m pipeline`: parses, and calls what does the work."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from pipeline.home import PROJECT
from pipeline.load import load_task, task_names
from pipeline.run_local import guarded


def _run(arguments: argparse.Namespace) -> None:
    from pipeline.run_local import run

    run(load_task(arguments.task))


def _new(arguments: argparse.Namespace) -> None:
    from pipeline.new import new

    new(arguments.name, arguments.data, PROJECT, Console(highlight=False, soft_wrap=True))


def _schema(arguments: argparse.Namespace) -> None:
    from pipeline.schema import update_schema

    update_schema(load_task(arguments.task), arguments.yes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline", description="A TFX pipeline for image and text classifiers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    known = f"name of a task ({', '.join(task_names())}), or the path of its file"

    run = commands.add_parser("run", help="run the DAG of a task on this machine")
    run.add_argument("task", help=known)
    run.set_defaults(action=_run)

    new = commands.add_parser("new", help="look at data and write a task file for them")
    new.add_argument("name", help="of the task: lower-case letters, digits and _")
    new.add_argument("--data", required=True, type=Path, help="a folder or a table")
    new.set_defaults(action=_new)

    schema = commands.add_parser("schema", help="infer the schema of a task's data, for review")
    schema.add_argument("task", help=known)
    schema.add_argument("--yes", action="store_true", help="write without asking")
    schema.set_defaults(action=_schema)
    return parser


def main() -> int:
    """Returns 0 when done, 1 when a node failed, 2 when the user can mend it."""
    arguments = _parser().parse_args()
    return guarded(lambda: arguments.action(arguments))


if __name__ == "__main__":
    sys.exit(main())
