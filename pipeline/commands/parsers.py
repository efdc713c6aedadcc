"""What the parsers of all commands share."""

import argparse
from collections.abc import Callable
from typing import Protocol

from pipeline.load import task_names

Action = Callable[[argparse.Namespace], int | None]


class Commands(Protocol):
    """What commands are added to: argparse's subparsers, whose class is private."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """Returns the parser of a new command."""


def add_command(
    commands: Commands, name: str, action: Action, help: str
) -> argparse.ArgumentParser:
    """Adds a command.

    Args:
      commands: to add it to.
      name: of the command.
      action: what it does; a heavy import belongs inside it, so that mistakes are told at once.
      help: in a line.

    Returns:
      Its parser, for its arguments.
    """
    parser = commands.add_parser(name, help=help)
    parser.set_defaults(action=action)
    return parser


def add_task_command(
    commands: Commands, name: str, action: Action, help: str
) -> argparse.ArgumentParser:
    """Adds a command whose first argument is a task; else as `add_command`."""
    parser = add_command(commands, name, action, help)
    parser.add_argument(
        "task", help=f"name of a task ({', '.join(task_names())}), or the path of its file"
    )
    return parser
