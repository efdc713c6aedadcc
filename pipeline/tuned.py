"""What a search found, in words that can be copied into the task."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from components.files import write_whole
from components.trainer.tuning.component import TRIALS
from pipeline.expression import expression
from pipeline.task import Task

_INDENT = " " * 4


def write_tuned(task: Task, results: str, target: Path) -> str:
    """Writes the best values as arguments of the task, and the table of the trials.

    Args:
      task: the one with `tuning`.
      results: folder of the tuner's results.
      target: the file to write.

    Returns:
      The outcome on one line.
    """
    trials = json.loads((Path(results) / TRIALS).read_text())
    lines = (
        f"{_outcome(task, trials)}.",
        "In the task, put this in the place of what stands there, and take out tuning:",
        "",
        *_arguments(task, trials[0]["values"]),
        "",
        "The trials, the best first:",
        "",
        *_table(task, trials),
    )
    write_whole(target, "".join(f"{line}\n" for line in lines))
    return _outcome(task, trials)


def _outcome(task: Task, trials: Sequence[dict[str, Any]]) -> str:
    failed = sum(trial["failure"] is not None for trial in trials)
    rest = f", {failed} of which failed" if failed else ""
    return f"best of {len(trials)} trials{rest}: {_objective(task)} {trials[0]['score']:.4f}"


def _arguments(task: Task, values: dict[str, Any]) -> Iterator[str]:
    """Yields lines as they stand between the brackets of `Task(...)`."""
    tuned = task.tuned(values)
    for name in sorted({field.partition(".")[0] for field in values}):
        text = expression(getattr(tuned, name), _INDENT, len(f"{_INDENT}{name}="))
        yield from f"{_INDENT}{name}={text},".splitlines()


def _table(task: Task, trials: Sequence[dict[str, Any]]) -> Iterator[str]:
    fields = list(task.tuning.fields)
    rows = [[_objective(task), "epochs", *fields]]
    for trial in trials:
        score = "failed" if trial["score"] is None else f"{trial['score']:.4f}"
        values = (expression(trial["values"][field]) for field in fields)
        rows.append([score, str(trial["epochs"]), *values])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    reasons = ["", *(trial["failure"] or "" for trial in trials)]
    for row, reason in zip(rows, reasons, strict=True):
        cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join((*cells, " ".join(reason.split()))).rstrip()


def _objective(task: Task) -> str:
    return task.tuning.objective.replace("_", " ")
