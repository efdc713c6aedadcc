"""`python -m pipeline versions`: every version that was pushed, and where it is in service."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from pipeline.home import Home
from pipeline.releases.interrupted import under_way
from pipeline.releases.model_server import (
    ADDRESS,
    NO_SERVER,
    ModelServer,
    NotListening,
    VersionStatus,
)
from pipeline.releases.pushed import Pushed, is_servable, pushed_versions
from pipeline.serving_config.model_server import MODELS_CONFIG
from pipeline.serving_config.release import Release, read_release
from pipeline.serving_config.render import folder_of
from pipeline.table import table
from pipeline.task import Task
from pipeline.terminal import shown

_HEADINGS = ("version", "pushed (UTC)", "label", "verdict", "accuracy", "span", "server")
_NOTHING = "–"


def versions(task: Task, server: str | None = None) -> None:
    """Prints a table of the versions, the newest first.

    Args:
      task: whose model is served.
      server: address of REST, `none`, or None for the default one. Where no server of the model
        answers, a line says so.

    Raises:
      InputError: nothing was pushed, or a file or ML Metadata cannot be read.
    """
    home = task.home
    pushed = pushed_versions(home)
    if not pushed:
        raise InputError(f"{home.serving}: no version was pushed; `make run TASK={task.name}` does")
    release = read_release(folder_of(home) / MODELS_CONFIG, task.name)
    statuses, note = _statuses(server or ADDRESS, task.name)
    console = Console(highlight=False, soft_wrap=True)
    rows = [_row(each, _label(home, each, release), statuses) for each in pushed]
    console.print(table(_HEADINGS[: len(rows[0])], rows, console), soft_wrap=False)
    console.print()
    for line in _lines(home, pushed, release, statuses):
        console.print(line)
    console.print(f"server   {escape(note)}")


def _statuses(address: str, model: str) -> tuple[dict[int, VersionStatus], str]:
    """Returns what a server says, and what to say of the server."""
    if address == NO_SERVER:
        return {}, "none was to be asked"
    server = ModelServer(address, model)
    try:
        return server.statuses(), server.address
    except NotListening as error:
        return {}, str(error)
    except InputError as error:
        return {}, f"not asked: {error}"


def _label(home: Home, version: Pushed, release: Release | None) -> str:
    labels = release.labels.items() if release else ()
    found = [label for label, number in labels if number == version.number]
    if release and version.number in release.kept:
        found.append("kept loaded")
    if not is_servable(home, version.number):
        found.append("gone")
    return ", ".join(found)


def _row(version: Pushed, label: str, statuses: Mapping[int, VersionStatus]) -> list[str]:
    """Returns the cells; without a server, the last one is missing."""
    cells = [
        str(version.number),
        f"{version.when:%Y-%m-%d %H:%M}",
        label,
        version.verdict or _NOTHING,
        _NOTHING if version.accuracy is None else f"{version.accuracy:.4f}",
        _NOTHING if version.span is None else str(version.span),
    ]
    if statuses:
        status = statuses.get(version.number)
        cells.append(status.state if status else _NOTHING)
    return cells


def _lines(
    home: Home,
    pushed: Sequence[Pushed],
    release: Release | None,
    statuses: Mapping[int, VersionStatus],
) -> Iterator[str]:
    """Yields what does not fit into the table, in rich's markup."""
    pages = {version.number: version.page for version in pushed}
    for label, number in release.labels.items() if release else ():
        if pages.get(number):
            yield f"{label:<8} {shown(pages[number])}"
    if release is None:
        yield f"note     nothing is in service: {shown(folder_of(home) / MODELS_CONFIG)} is missing"
    for number, status in statuses.items():
        if status.refused:
            yield f"note     {number} is refused by the server: {escape(status.error)}"
    change = under_way(home)
    if change:
        yield f"note     the {change.what} of {change.when} has not ended; if it was interrupted, "
        yield "         the next change settles it"
