"""Says in words what ExampleValidator found, and stops the run."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel, artifact_utils
from tfx.types.standard_artifacts import ExampleAnomalies, Examples, Schema
from tfx.utils import io_utils

from components.artifacts import DataVerdict
from components.errors import InputError
from components.example_validator.offenders import offending_sources
from components.examples import read_examples
from components.source_hash import source_hash

MAX_SOURCES = 10


def describe(
    anomalies: Mapping[str, anomalies_pb2.Anomalies], schema: schema_pb2.Schema, examples_uri: str
) -> Iterator[str]:
    """Yields each anomaly in words, followed by up to ten sources that show it.

    Args:
      anomalies: by the split's name.
      schema: what the examples were held against.
      examples_uri: folder of the Examples artifact.
    """
    features = {feature.name: feature for feature in schema.feature}
    for split, found in anomalies.items():
        if found.HasField("dataset_anomaly_info"):
            yield f"{split}: {found.dataset_anomaly_info.description}"
        for name, anomaly in sorted(found.anomaly_info.items()):
            yield f"{split}: feature {name!r}: {anomaly.description}"
            if name in features:
                offenders = offending_sources(read_examples(examples_uri, split), features[name])
                yield from (f"    {source}" for source in islice(offenders, MAX_SOURCES))


@component
def _data_gate(
    anomalies: InputArtifact[ExampleAnomalies],
    schema: InputArtifact[Schema],
    examples: InputArtifact[Examples],
    verdict: OutputArtifact[DataVerdict],
    code: Parameter[str],
) -> None:
    found = {
        split: _read_anomalies(anomalies.uri, split)
        for split in artifact_utils.decode_split_names(anomalies.split_names)
    }
    expected = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(schema.uri))
    complaints = list(describe(found, expected, examples.uri))
    if complaints:
        raise InputError(
            "the data break the schema:\n  " + "\n  ".join(complaints) + "\nMend the data, or, "
            "if they are right, update the schema with: python -m pipeline schema TASK"
        )
    Path(verdict.uri, "verdict.txt").write_text("no anomalies\n")


def _read_anomalies(uri: str, split: str) -> anomalies_pb2.Anomalies:
    path = Path(io_utils.get_only_uri_in_dir(f"{uri}/Split-{split}"))
    return anomalies_pb2.Anomalies.FromString(path.read_bytes())


def DataGate(anomalies: BaseChannel, schema: BaseChannel, examples: BaseChannel) -> BaseNode:
    """A node that succeeds where there are no anomalies, and else stops the run with words."""
    return _data_gate(
        anomalies=anomalies, schema=schema, examples=examples, code=source_hash(__name__)
    ).with_id("DataGate")
