"""Follows a run to its end."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.kubeflow.client.errors import Unanswered
from pipeline.kubeflow.client.server import Server

if TYPE_CHECKING:
    from kfp_server_api import V2beta1Run

CODES = {"SUCCEEDED": 0, "SKIPPED": 0, "FAILED": 1, "CANCELED": 4}
"""Exit code for each state that a run ends in."""
STILL_GOING = 5
"""Exit code where the time was over first."""

_PATIENCE = 6
"""Answers in a row that may fail to come: a server that is being replaced is away for a while."""


def waited(
    server: Server,
    run_id: str,
    say: Callable[[str], None],
    at_most: float | None = None,
    every: float = 10,
) -> int:
    """Says each state that a run comes to, until it has ended.

    Args:
      server: to ask.
      run_id: of the run.
      say: tells the user a line.
      at_most: seconds; None for as long as it takes.
      every: seconds between two questions.

    Returns:
      The exit code: 0 succeeded, 1 failed, 4 canceled, 5 not ended yet.

    Raises:
      InputError: the server refused to answer, or did not for a minute.
    """
    begun, state, failures = time.monotonic(), "", 0
    while True:
        try:
            run = server.run(run_id)
            failures = 0
        except Unanswered:
            failures += 1
            if failures == _PATIENCE:
                raise
            run = None
        if run and run.state != state:
            state = run.state or ""
            say(f"state    {state.lower()}")
            if state == "FAILED":
                for line in _failures(run):
                    say(f"         {line}")
            if state in CODES:
                return CODES[state]
        if at_most is not None and time.monotonic() - begun + every > at_most:
            say(f"note     the run goes on; {at_most / 60:g} min are over")
            return STILL_GOING
        time.sleep(every)


def _failures(run: "V2beta1Run") -> list[str]:
    """Returns a line for each task that failed, as far as the server tells."""
    found = [f"{run.error.message}"] if run.error and run.error.message else []
    details = run.run_details.task_details if run.run_details else None
    for task in details or ():
        if task.state == "FAILED" and task.display_name not in ("root", run.display_name):
            words = task.error.message if task.error else ""
            found.append(f"{task.display_name} failed" + (f": {words}" if words else ""))
    return found
