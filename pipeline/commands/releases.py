"""Commands around what is in service: versions, canary, promote, rollback."""

import argparse

from pipeline.commands.parsers import Commands, add_task_command
from pipeline.load import load_task


def add(commands: Commands) -> None:
    """Adds them."""
    versions = add_task_command(
        commands, "versions", _versions, "list the pushed versions, and which are in service"
    )
    canary = add_task_command(
        commands, "canary", _canary, "let clients ask for a new version before all of them get it"
    )
    canary.add_argument("--off", action="store_true", help="take the label canary away")
    promote = add_task_command(
        commands, "promote", _promote, "make a version stable: the canary, if it holds"
    )
    promote.add_argument(
        "--force", action="store_true", help="in spite of what speaks against it; the log has that"
    )
    rollback = add_task_command(
        commands, "rollback", _rollback, "make the version stable that was so before"
    )
    for command, otherwise in ((canary, "newest"), (promote, "canary"), (rollback, "last stable")):
        command.add_argument(
            "version", nargs="?", type=int, help=f"a number; without it, the {otherwise} one"
        )
        command.add_argument("--why", default="", metavar="TEXT", help="for the log")
        command.add_argument(
            "--timeout",
            type=float,
            default=120,
            metavar="SECONDS",
            help="for the server to load a version, and to move a label; 120 if not said",
        )
    for command in (versions, canary, promote, rollback):
        command.add_argument(
            "--server",
            metavar="URL",
            help="of REST; without it, http://127.0.0.1:8501 where one answers; none: ask none",
        )


def _versions(arguments: argparse.Namespace) -> None:
    from pipeline.releases.versions import versions

    versions(load_task(arguments.task), arguments.server)


def _canary(arguments: argparse.Namespace) -> None:
    from pipeline.releases.canary import canary

    canary(
        load_task(arguments.task),
        arguments.version,
        arguments.off,
        arguments.why,
        arguments.server,
        arguments.timeout,
    )


def _promote(arguments: argparse.Namespace) -> None:
    from pipeline.releases.promote import promote

    promote(
        load_task(arguments.task),
        arguments.version,
        arguments.why,
        arguments.server,
        arguments.force,
        arguments.timeout,
    )


def _rollback(arguments: argparse.Namespace) -> None:
    from pipeline.releases.rollback import rollback

    rollback(
        load_task(arguments.task),
        arguments.version,
        arguments.why,
        arguments.server,
        arguments.timeout,
    )
