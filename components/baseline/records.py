"""What is in service, kept as files where there is no ML Metadata to ask: one a pushed version.

    in_service/1795351179/record.json

A record names the model that was pushed and the examples that it learned from, as artifacts: where
they lie, and their properties.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from google.protobuf import json_format
from tfx.types.artifact import Artifact

from components.mounts import to_local, to_remote

_FILE = "record.json"


@dataclass(frozen=True)
class Recorded:
    """An artifact of an earlier run."""

    uri: str
    """In the object store."""
    properties: dict[str, Any]
    """ML Metadata's values by name, as JSON."""
    custom_properties: dict[str, Any]

    @classmethod
    def of(cls, artifact: Artifact) -> Self:
        """Takes what is to be kept of an artifact."""
        message = artifact.mlmd_artifact
        return cls(
            to_remote(artifact.uri),
            {name: json_format.MessageToDict(each) for name, each in message.properties.items()},
            {
                name: json_format.MessageToDict(each)
                for name, each in message.custom_properties.items()
            },
        )

    def restore(self, artifact: Artifact) -> None:
        """Lets an output be this artifact."""
        artifact.uri = to_local(self.uri)
        message = artifact.mlmd_artifact
        for kept, values in (
            (self.properties, message.properties),
            (self.custom_properties, message.custom_properties),
        ):
            for name, value in kept.items():
                json_format.ParseDict(value, values[name])


@dataclass(frozen=True)
class Record:
    """A version that was pushed."""

    version: int
    model: Recorded
    examples: Recorded


def write(folder: Path, record: Record) -> None:
    """Writes a record into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FILE).write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")


def read(folder: Path) -> list[Record]:
    """Returns all records in a folder of records, the newest version first; none where it is
    missing, as an object store has no empty folders."""
    found = [_parse(file.read_text(encoding="utf-8")) for file in folder.glob(f"*/{_FILE}")]
    return sorted(found, key=lambda record: record.version, reverse=True)


def _parse(text: str) -> Record:
    content = json.loads(text)
    model, examples = Recorded(**content["model"]), Recorded(**content["examples"])
    return Record(content["version"], model, examples)
