"""Works outside of a run: the stack's noise goes to a log, and its failures are put in words."""

import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from components.errors import InputError
from pipeline.execute import RunFailed, fault_of_the_machine, first_line, new_log
from pipeline.home import Home
from pipeline.terminal import Progress, noise_to

T = TypeVar("T")


def in_quiet(home: Home, name: str, work: Callable[[], T]) -> T:
    """Returns what the work returns; a spinner with its name turns meanwhile.

    Raises:
      InputError: the work raised one, or the machine is at fault.
      RunFailed: the work raised anything else; the log has the traceback.
    """
    try:
        log = new_log(home)
    except OSError as error:
        raise InputError(f"{home.logs}: cannot write there: {error.strerror}") from None
    with noise_to(log) as console:
        progress = Progress(console)
        try:
            with progress.shown():
                progress.started(name)
                return work()
        except InputError:
            raise
        except Exception as error:
            # The log may lie on the very disk that is full.
            with suppress(OSError):
                traceback.print_exc()
            fault = fault_of_the_machine(error)
            if fault:
                raise InputError(f"{name}: {fault}, under {home.root}\nlog: {log}") from error
            message = f"{name}: {type(error).__name__}: {first_line(error)}\nlog: {log}"
            raise RunFailed(message) from error
