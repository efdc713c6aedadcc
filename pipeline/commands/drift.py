"""The command drift."""

import argparse
from pathlib import Path

from components.errors import InputError
from pipeline.commands.parsers import Commands, add_task_command
from pipeline.load import load_task


def add(commands: Commands) -> None:
    """Adds it."""
    drift = add_task_command(
        commands,
        "drift",
        _drift,
        "compare new examples with known ones; exit code 0: no drift, 3: drift",
    )
    what = drift.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--current",
        metavar="PATH",
        help="the new examples: a folder or a table as for a task, with or without classes; or "
        "TFRecords of tf.Example, such as logged requests",
    )
    what.add_argument(
        "--history", action="store_true", help="show what the runs' reports say, span by span"
    )
    drift.add_argument(
        "--reference",
        metavar="PATH",
        help="what to compare them with; without it, what the model in service was evaluated on",
    )
    drift.add_argument(
        "--output",
        metavar="FOLDER",
        type=Path,
        help="of the report; without it, a new one in runs/TASK/drift/",
    )


def _drift(arguments: argparse.Namespace) -> int:
    task = load_task(arguments.task)
    if arguments.current is not None:
        from pipeline.drift import drift

        return drift(task, arguments.current, arguments.reference, arguments.output)
    from pipeline.drift_history import history

    if arguments.reference or arguments.output:
        raise InputError("--history takes neither --reference nor --output; --current does")
    return history(task)
