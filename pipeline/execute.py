"""Runs a DAG in a task's place: locked, logged, with progress, and its failures in words."""

import datetime
import errno
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from components.errors import InputError
from components.example_gen.survey import check_input, estimated_examples
from pipeline.home import Home, data_path
from pipeline.options.beam import Dataflow
from pipeline.task import Task
from pipeline.terminal import Progress, noise_to
from pipeline.workplace import claimed, make_data, temporary_files_removed

if TYPE_CHECKING:
    from tfx.orchestration.pipeline import Pipeline

ENVIRONMENT_ERRORS = {
    os.strerror(code): os.strerror(code)
    for code in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT)
} | {"database or disk is full": os.strerror(errno.ENOSPC)}
"""What the stack's messages say of the machine, and how to say it to the user."""


class RunFailed(Exception):
    """A node of the DAG failed for a reason that is not the user's input."""


@dataclass(frozen=True)
class Run:
    """A run that reached its end: its executions by node, its progress, its log."""

    home: Home
    executions: dict[str, int]
    end: str | None
    """Why a node ended it early, if one did."""
    progress: Progress
    log: Path
    console: Console


@contextmanager
def executed(
    task: Task, create: "Callable[[Task, Home], Pipeline]", home: Home | None = None
) -> Iterator[Run]:
    """Runs the DAG that `create` makes of a task, in the task's place or another, in quiet.

    Yields:
      The finished run; until it is left, the stack's noise still goes to the log.
    """
    if isinstance(task.beam, Dataflow):
        raise InputError(
            "beam = Dataflow(...): its workers read gs://, and a run here is on this disk; valid "
            "here: Direct(...), Flink(...), Spark(...)"
        )
    home = home or task.home
    make_data(task)
    layout = check_input(task.data.to_dict() | {"path": str(data_path(task.data.path))})
    cores = len(os.sched_getaffinity(0))
    task = task.replace(beam=task.beam.settled(estimated_examples(layout), cores))
    with claimed(home), temporary_files_removed():
        log = new_log(home)
        with noise_to(log) as console:
            progress = Progress(console)
            with progress.shown():
                executions, end = _run_nodes(task, home, create, progress, log)
            yield Run(home, executions, end, progress, log, console)


def _run_nodes(
    task: Task,
    home: Home,
    create: "Callable[[Task, Home], Pipeline]",
    progress: Progress,
    log: Path,
) -> tuple[dict[str, int], str | None]:
    progress.started("starting")
    try:
        from pipeline.runner import ObservedDagRunner

        runner = ObservedDagRunner(progress, home.metadata)
        runner.run(create(task, home))
    except Exception as error:
        # The log may lie on the very disk that is full.
        with suppress(OSError):
            traceback.print_exc()
        progress.failed()
        raise _in_words(error, progress.node, home, log) from error
    return runner.executions, runner.end


def _in_words(error: Exception, node: str, home: Home, log: Path) -> Exception:
    if isinstance(error, InputError):
        return InputError(f"{node}: {error}")
    fault = fault_of_the_machine(error)
    if fault:
        return InputError(
            f"{node}: {fault}, under {home.root}; mend that and run again\nlog: {log}"
        )
    return RunFailed(
        f"{node}: {type(error).__name__}: {first_line(error)}\n"
        f"log: {log}\nRun again to go on from {node}."
    )


def fault_of_the_machine(error: BaseException | None) -> str | None:
    """Returns what is wrong with the machine, in the system's words; None if something else is."""
    while error:
        for words, meaning in ENVIRONMENT_ERRORS.items():
            if words in str(error):
                return meaning
        error = error.__cause__ or error.__context__
    return None


def first_line(error: Exception) -> str:
    """Returns the first line of an error's message that says something."""
    return next((line for line in str(error).splitlines() if line.strip()), "no message")[:500]


def new_log(home: Home) -> Path:
    """Returns the path of a log that does not exist yet, in a folder that does."""
    home.logs.mkdir(parents=True, exist_ok=True)
    return home.logs / f"{datetime.datetime.now():%Y-%m-%dT%H-%M-%S}-{os.getpid()}.log"
