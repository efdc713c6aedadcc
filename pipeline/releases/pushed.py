"""The versions that were pushed, and what ML Metadata knows of them."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml_metadata.proto.metadata_store_pb2 import Artifact

from components.artifact_names import EVALUATION_REPORT
from components.blessing import VERDICT
from components.errors import InputError
from components.evaluator.write import JSON, PAGE
from pipeline.home import Home
from pipeline.lineage import Lineage

_MODEL_FILE = "saved_model.pb"


@dataclass(frozen=True)
class Pushed:
    """A version, and what made it."""

    number: int
    folder: Path
    """Where servers read it."""
    when: datetime.datetime
    archive: Path | None = None
    """The copy that the run keeps; None where it is gone, or nobody knows the run."""
    span: int | None = None
    """Of the examples that it learned from."""
    examples: str | None = None
    """Folder of their artifact, if it is there."""
    verdict: str = ""
    """Of the gate; empty where there is no report."""
    accuracy: float | None = None
    """That the gate measured, in 0..1."""
    page: Path | None = None
    """Of the evaluation."""


def pushed_versions(home: Home) -> list[Pushed]:
    """Returns every version, the newest first, those included whose files are gone.

    Raises:
      InputError: ML Metadata cannot be read.
    """
    lineage = Lineage.of(home)
    pushes = _pushes(lineage) if lineage else {}
    reports = lineage.artifacts(EVALUATION_REPORT) if lineage and pushes else []
    numbers = sorted({*pushes, *present_versions(home)}, reverse=True)
    return [
        _described(home, number, pushes.get(number, []), reports, lineage) for number in numbers
    ]


def present_versions(home: Home) -> list[int]:
    """Returns the versions in the folder that servers read, in ascending order."""
    present = home.serving.iterdir() if home.serving.is_dir() else ()
    names = {folder.name for folder in present if folder.name.isdecimal()}
    return sorted(int(name) for name in names if name == str(int(name)))


def pushed_version(home: Home, number: int) -> Pushed:
    """Returns a version that is there.

    Raises:
      InputError: ML Metadata cannot be read.
    """
    return next(each for each in pushed_versions(home) if each.number == number)


def is_servable(home: Home, number: int) -> bool:
    """Returns whether servers find a version's files."""
    return (home.serving / str(number) / _MODEL_FILE).is_file()


def check_version(home: Home, number: int) -> None:
    """Passes a version that servers can load.

    Raises:
      InputError: there is none, or its files are gone.
    """
    folder = home.serving / str(number)
    if is_servable(home, number):
        return
    if folder.is_dir():
        raise InputError(f"version {number} cannot be served: {folder} has no {_MODEL_FILE}")
    known = next((each for each in pushed_versions(home) if each.number == number), None)
    if known is None:
        there = ", ".join(map(str, reversed(present_versions(home)))) or "none"
        raise InputError(f"{home.task} has no version {number}; there are: {there}")
    copy = f"; its copy is {known.archive}" if known.archive else ""
    raise InputError(f"version {number} was pushed, but {folder} is gone{copy}")


def _pushes(lineage: Lineage) -> dict[int, list[Artifact]]:
    """Returns the artifacts of every version, the newest last.

    The same files pushed again are the same version.
    """
    pushes: dict[int, list[Artifact]] = {}
    for artifact in lineage.artifacts("PushedModel"):
        version = artifact.custom_properties["pushed_version"].string_value
        if version.isdecimal():
            pushes.setdefault(int(version), []).append(artifact)
    return pushes


def _described(
    home: Home,
    number: int,
    pushes: Sequence[Artifact],
    reports: Sequence[Artifact],
    lineage: Lineage | None,
) -> Pushed:
    folder = home.serving / str(number)
    if lineage is None or not pushes:
        when = datetime.datetime.fromtimestamp(folder.stat().st_mtime, datetime.UTC)
        return Pushed(number, folder, when)
    milliseconds = pushes[0].create_time_since_epoch
    copies = [Path(push.uri) for push in pushes if Path(push.uri, _MODEL_FILE).is_file()]
    models = [model for push in pushes for model in lineage.inputs(push, "model")]
    examples = [each for model in models for each in lineage.inputs(model, "examples")]
    kept = [each.uri for each in examples if Path(each.uri).is_dir()]
    ids = {model.id for model in models}
    about = [r for r in reports if ids & {model.id for model in lineage.inputs(r, "model")}]
    report = Path(about[-1].uri) if about else None
    return Pushed(
        number,
        folder,
        datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC),
        archive=copies[-1] if copies else None,
        span=examples[-1].properties["span"].int_value if examples else None,
        examples=kept[-1] if kept else None,
        verdict=about[-1].custom_properties[VERDICT].string_value if about else "",
        accuracy=_accuracy(report / JSON) if report else None,
        page=report / PAGE if report and (report / PAGE).is_file() else None,
    )


def _accuracy(report: Path) -> float | None:
    """Returns what a `gate.json` says; None where it is gone, or of another format."""
    try:
        return json.loads(report.read_text())["decision"]["overall"]["accuracy"]["value"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
