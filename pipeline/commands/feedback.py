"""The command feedback."""

import argparse
from pathlib import Path

from pipeline.commands.parsers import Commands, add_task_command
from pipeline.load import load_task


def add(commands: Commands) -> None:
    """Adds it."""
    feedback = add_task_command(
        commands,
        "feedback",
        _feedback,
        "choose among logged requests, label them on a page, and write the next span",
    )
    feedback.add_argument(
        "--requests",
        type=Path,
        metavar="PATH",
        help="TFRecords of logged requests, or any other examples; without it, runs/TASK/requests/",
    )
    feedback.add_argument(
        "--count", type=int, default=60, metavar="N", help="how many to label; 60 if not said"
    )
    feedback.add_argument(
        "--port", type=int, default=0, help="of the page; without it, any that is free"
    )
    instead = feedback.add_mutually_exclusive_group()
    instead.add_argument(
        "--labels", type=Path, metavar="FILE", help="a table of id and label, instead of the page"
    )
    instead.add_argument(
        "--export",
        type=Path,
        metavar="FOLDER",
        help="a new one, for the files and a table to fill in, instead of the page",
    )
    feedback.add_argument(
        "--allow-new-class", action="store_true", help="take a label that no example has yet"
    )
    feedback.add_argument(
        "--new", action="store_true", help="leave a round aside that was not finished"
    )


def _feedback(arguments: argparse.Namespace) -> None:
    from pipeline.feedback.command import feedback

    feedback(
        load_task(arguments.task),
        arguments.requests,
        arguments.count,
        arguments.port,
        arguments.labels,
        arguments.export,
        arguments.allow_new_class,
        arguments.new,
    )
