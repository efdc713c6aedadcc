"""Infers a task's schema, shows what changes, and writes it for review."""

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.syntax import Syntax

from components.errors import InputError
from pipeline.execute import executed
from pipeline.home import Home
from pipeline.task import Task

if TYPE_CHECKING:
    from tfx.orchestration.pipeline import Pipeline


def update_schema(task: Task, yes: bool) -> None:
    """Writes `schemas/<task>.pbtxt`; where there is one, shows the difference and asks.

    Args:
      task: whose data are looked at.
      yes: do not ask.

    Raises:
      InputError: there is a difference, but nobody to ask.
    """
    with executed(task, _create_pipeline) as run:
        from pipeline.outputs import Outputs

        inferred = Outputs(run.home.metadata, run.executions).find("SchemaGen", "schema")
        new = Path(inferred.uri, "schema.pbtxt").read_text()
    write_schema(task.home.schema, new, yes)


def write_schema(path: Path, new: str, yes: bool) -> None:
    """Writes a schema aside and renames it, after showing what changes and asking."""
    console = Console(highlight=False, soft_wrap=True)
    old = path.read_text() if path.exists() else ""
    if new == old:
        console.print(f"{path}: nothing changes")
        return
    if old:
        console.print(Syntax(_difference(path, old, new), "diff", background_color="default"))
        if not yes and not _agreed(console, path):
            console.print("left as it was")
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    aside.write_text(new)
    aside.replace(path)
    console.print(f"wrote {path}; review it and commit it")


def _create_pipeline(task: Task, home: Home) -> "Pipeline":
    from pipeline.dag import create_schema_pipeline

    return create_schema_pipeline(task, home)


def _difference(path: Path, old: str, new: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(),
        new.splitlines(),
        f"{path.name} (now)",
        f"{path.name} (inferred)",
        n=8,
        lineterm="",
    )
    return "\n".join(lines)


def _agreed(console: Console, path: Path) -> bool:
    if not sys.stdin.isatty():
        raise InputError(f"{path}: would change; run in a terminal to be asked, or say --yes")
    return console.input(f"write this to {path}? [y/N] ").strip().lower() in ("y", "yes")
