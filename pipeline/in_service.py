"""The model in service, and the examples that it learned from."""

from pathlib import Path
from typing import NamedTuple

from ml_metadata.proto.metadata_store_pb2 import Artifact

from components.features import FINGERPRINT
from pipeline.home import Home
from pipeline.lineage import Lineage


class Ingested(NamedTuple):
    """Examples of a run."""

    uri: str
    """Folder of the Examples artifact."""
    span: int


class InService(NamedTuple):
    """What new examples are held against."""

    model: Path | None
    """The newest version pushed; None where there is none, or where nothing tells what it learned
    from, which has to be left out of what it looks at."""
    examples: Ingested | None
    """What the model learned from and was evaluated on; without a model, the newest examples."""
    problem: str
    """Why there is no model; empty if there is one."""


def in_service(home: Home) -> InService:
    """Finds the model in service and its examples.

    Raises:
      InputError: ML Metadata cannot be read.
    """
    lineage = Lineage.of(home)
    version = newest_version(home.serving)
    if version is None:
        return InService(None, _newest_examples(lineage), "none is in service")
    examples = _learned_by(lineage, version) if lineage else None
    if examples is None:
        problem = f"{version} is in service, but nothing tells which examples it has learned"
        return InService(None, _newest_examples(lineage), problem)
    return InService(version, examples, "")


def newest_version(serving: Path) -> Path | None:
    """Returns the folder of the newest version; None where nothing was pushed."""
    present = serving.iterdir() if serving.is_dir() else ()
    versions = [folder for folder in present if folder.name.isdecimal()]
    return max(versions, key=lambda folder: int(folder.name), default=None)


def _learned_by(lineage: Lineage, version: Path) -> Ingested | None:
    pushes = [
        pushed
        for pushed in lineage.artifacts("PushedModel")
        if pushed.custom_properties["pushed_version"].string_value == version.name
    ]
    models = [model for pushed in pushes for model in lineage.inputs(pushed, "model")]
    return _newest([each for model in models for each in lineage.inputs(model, "examples")])


def _newest_examples(lineage: Lineage | None) -> Ingested | None:
    found = lineage.artifacts("Examples") if lineage else []
    return _newest([each for each in found if FINGERPRINT in each.custom_properties])


def _newest(examples: list[Artifact]) -> Ingested | None:
    present = [artifact for artifact in examples if Path(artifact.uri).is_dir()]
    if not present:
        return None
    return Ingested(present[-1].uri, present[-1].properties["span"].int_value)
