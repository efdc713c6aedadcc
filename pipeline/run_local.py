"""Runs a task on this machine, and says in the end what came of it."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from pipeline.execute import RunFailed, executed
from pipeline.home import Home
from pipeline.task import Task

if TYPE_CHECKING:
    from tfx.orchestration.pipeline import Pipeline

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


def main(task: Task) -> None:
    """Runs a task and ends the process: 0 done, 1 a node failed, 2 the user can mend it."""
    sys.exit(guarded(lambda: run(task)))


def guarded(action: Callable[[], int | None]) -> int:
    """Does an action; turns what users can do something about into words and an exit code.

    Args:
      action: returns an exit code if it has more to say than that it is done.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        return action() or 0
    except InputError as error:
        console.print(f"[red]error:[/] {escape(str(error))}")
        return BAD_INPUT
    except RunFailed as error:
        console.print(f"[red]failed:[/] {escape(str(error))}")
        return FAILED
    except KeyboardInterrupt:
        console.print("interrupted; run again to go on from here")
        return INTERRUPTED


def run(task: Task) -> None:
    """Runs the whole DAG of a task and prints the summary.

    Raises:
      InputError: something that the user can mend.
      RunFailed: a node failed.
    """
    with executed(task, _create_pipeline) as finished:
        # The tfx command compiles a task file with a runner that runs nothing.
        if finished.executions:
            from pipeline.report import print_summary

            print_summary(task, finished)


def _create_pipeline(task: Task, home: Home) -> "Pipeline":
    # TFX takes seconds to import; a mistake in the input is found before.
    from pipeline.dag import create_pipeline

    return create_pipeline(task, home)
