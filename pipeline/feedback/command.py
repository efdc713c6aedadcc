"""`python -m pipeline feedback`: from logged requests to the next span."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from pipeline.feedback.class_names import check_label
from pipeline.feedback.labels_file import read_labels
from pipeline.feedback.round import Round, alone, rounds
from pipeline.home import PROJECT, Home, data_path
from pipeline.quiet import in_quiet
from pipeline.task import Task
from pipeline.terminal import shown
from pipeline.workplace import make_data

if TYPE_CHECKING:
    from pipeline.feedback.next_span import Span
    from pipeline.feedback.unseen import Tally

COUNT = 60
_KINDS = {
    "differ": "on which canary and stable differ",
    "unlike": "unlike what the model knows",
    "uncertain": "of which the model is unsure",
}


def feedback(
    task: Task,
    requests: Path | None = None,
    count: int = COUNT,
    port: int = 0,
    labels: Path | None = None,
    export: Path | None = None,
    allow_new_class: bool = False,
    new: bool = False,
) -> None:
    """Chooses requests, has them labelled, and writes the next span.

    A round that was not finished goes on.

    Args:
      task: whose requests they are.
      requests: TFRecords of logged requests, or any other examples; None is where `make serve` logs
        them.
      count: how many to label, at most.
      port: of the page; 0 is any that is free.
      labels: a table of ids and labels, which stands in for the page.
      export: a new folder, to which what was chosen is written instead of asking.
      allow_new_class: whether a label may be one of a class that nothing knows yet.
      new: leave a round aside that was not finished.

    Raises:
      InputError: something that the user can mend.
      RunFailed: anything else.
    """
    if count < 1:
        raise InputError(f"--count = {count}: it takes at least 1")
    if labels and export:
        raise InputError("--labels and --export do not go together; export first")
    if export and export.exists():
        raise InputError(f"--export = {str(export)!r} exists; name a folder that does not")
    found = read_labels(labels) if labels else {}
    home = task.home
    say = Console(highlight=False, soft_wrap=True).print
    make_data(task)
    with alone(home.feedback):
        asked = _go_on(home, say) if not new else None
        asked = asked or _choose(task, home, requests, count, say)
        if export:
            _export(task, asked, export, say)
        elif labels:
            _take(asked, found, allow_new_class)
            _say_end(_next(task, asked, span := _write(task, asked)), span, say)
        else:
            _ask(task, asked, allow_new_class, port, say)


def _go_on(home: Home, say: Callable[[str], None]) -> Round | None:
    found = rounds(home.feedback)
    if not found or found[-1].is_finished:
        return None
    last = found[-1]
    answered = len(last.answers.order)
    say(
        f"round    {shown(last.folder)} goes on, {answered} of {len(last.items)} answered; "
        "--new leaves it aside"
    )
    return last


def _choose(
    task: Task, home: Home, requests: Path | None, count: int, say: Callable[[str], None]
) -> Round:
    def work() -> "tuple[Round, Tally]":
        from pipeline.feedback.new_round import choose_round, find_requests

        return choose_round(task, home, find_requests(task, home, requests), count)

    chosen, tally = in_quiet(home, "feedback", work)
    kinds = Counter(item.why for item in chosen.items)
    say(f"read     {tally}")
    parts = [f"{kinds[why]} {what}" for why, what in _KINDS.items() if kinds[why]]
    say(f"chosen   {len(chosen.items)}: {', '.join(parts)}")
    say(f"round    {shown(chosen.folder)}")
    return chosen


def _export(task: Task, asked: Round, folder: Path, say: Callable[[str], None]) -> None:
    from pipeline.feedback.export import export

    table = export(asked, folder)
    say(f"written  {shown(table)}, with a column `label` to fill in: {_listed(asked)}")
    say(f"next     python -m pipeline feedback {task.name} --labels {shown(table)}")


def _take(asked: Round, found: Mapping[str, str | None], allow_new_class: bool) -> None:
    """Takes the labels of a file as if a person had given them; all of them, or none."""
    for item, label in found.items():
        asked.item(item)
        if label is not None:
            check_label(label, asked.classes, allow_new_class)
    for item, label in found.items():
        asked.answers.add(item, label)


def _ask(
    task: Task, asked: Round, allow_new_class: bool, port: int, say: Callable[[str], None]
) -> None:
    from pipeline.feedback.labelling import Finished, Labelling
    from pipeline.feedback.serve import serve

    written: list[Span] = []

    def finish() -> Finished:
        span = _write(task, asked)
        written.append(span)
        summary = f"{_counted(span)}. The model learns them in the next run; this page has ended."
        steps = "\n".join(_next(task, asked, span))
        return Finished(f"{span.folder.name} is written", summary, steps)

    def announce(address: str) -> None:
        say(f"page     {address}")
        say("[dim]         Ctrl-C stops; the next start goes on[/]")

    asyncio.run(serve(Labelling(task.name, asked, allow_new_class, finish), port, announce))
    _say_end(_next(task, asked, written[0]), written[0], say)


def _write(task: Task, asked: Round) -> "Span":
    from pipeline.feedback.next_span import Labelled, write_next_span

    labels = asked.answers.labels
    if not labels:
        raise InputError("there is no label yet, so there is nothing to write")
    labelled = [
        Labelled(asked.content(item), labels[item.id]) for item in asked.items if item.id in labels
    ]
    data = task.data.to_dict() | {"path": str(data_path(task.data.path))}
    span = write_next_span(data, labelled)
    asked.finish(span.folder, len(labelled))
    return span


def _say_end(steps: list[str], span: "Span", say: Callable[[str], None]) -> None:
    say(f"span     {shown(span.folder)}: {_counted(span)}")
    for number, step in enumerate(steps):
        say(f"{'next     ' if not number else '         '}{escape(step)}")


def _counted(span: "Span") -> str:
    new = "new example" if span.added == 1 else "new examples"
    return f"{span.kept:,} files as before, {span.added:,} {new}"


def _next(task: Task, asked: Round, span: "Span") -> list[str]:
    """Returns what to do next, a line each."""
    steps = []
    if span.path:
        inside = span.path.is_relative_to(PROJECT)
        path = span.path.relative_to(PROJECT) if inside else span.path
        steps.append(f"in pipeline/tasks/{task.name}.py, let data.path be {str(path)!r}")
    if not {*asked.answers.labels.values()} <= {*asked.classes} and task.home.schema.exists():
        steps.append(f"python -m pipeline schema {task.name}, as there is a new class")
    return [*steps, f"make run TASK={task.name}"]


def _listed(asked: Round) -> str:
    names = ", ".join(asked.classes[:20])
    more = len(asked.classes) - 20
    return escape(f"{names} and {more} more" if more > 0 else names)
