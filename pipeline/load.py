"""Finds task files and loads the task that one holds."""

import difflib
import traceback
import types
from pathlib import Path

from components.errors import InputError
from pipeline.home import PROJECT
from pipeline.task import Task

TASKS = PROJECT / "pipeline" / "tasks"


def task_names() -> list[str]:
    """Returns the names of the tasks in `pipeline/tasks/`, sorted."""
    return sorted(path.stem for path in TASKS.glob("[a-z]*.py"))


def load_task(name: str) -> Task:
    """Loads a task by its name, or by the path of its file.

    Raises:
      InputError: there is no such file, it cannot be read as Python, or it holds no valid `TASK`.
    """
    path = Path(name) if name.endswith(".py") else TASKS / f"{name}.py"
    if not path.is_file():
        close = difflib.get_close_matches(name, task_names(), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise InputError(f"no task {name!r}{hint} (there are: {', '.join(task_names())})")
    task = getattr(_execute(path), "TASK", None)
    if not isinstance(task, Task):
        raise InputError(f"{path}: has no TASK = Task(...)")
    if task.name != path.stem:
        raise InputError(
            f"{path}: Task.name = {task.name!r}: must be the file's name {path.stem!r}"
        )
    return task


def _execute(path: Path) -> object:
    module = types.ModuleType(f"task_{path.stem}")
    module.__file__ = str(path)
    try:
        # Not through the import system, whose cached bytecode misses an edit of the same second.
        exec(compile(path.read_bytes(), str(path), "exec"), vars(module))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except SyntaxError as error:
        raise InputError(f"{path}, line {error.lineno}: {error.msg}") from None
    except Exception as error:
        lines = [
            f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)
        ]
        line = f", line {lines[-1]}" if lines else ""
        raise InputError(f"{path}{line}: {type(error).__name__}: {error}") from None
    return module
