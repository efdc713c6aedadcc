"""SchemaGen and ImportSchemaGen, as the DAG sees them.

TFX's ImportSchemaGen takes a path, and its cache key sees only that path: an edited schema would
be served from the cache. Ours takes the text of the schema.
"""

from pathlib import Path

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import ExampleStatistics, Schema

from components.errors import InputError
from components.schema_gen.infer import infer_schema
from components.schema_gen.statistics import load_statistics
from components.source_hash import source_hash

SCHEMA_FILE = "schema.pbtxt"


def parse_schema(text: str, source: str) -> schema_pb2.Schema:
    """Parses a schema in protobuf's text format.

    Raises:
      InputError: the text is no schema; the message names `source` and the line.
    """
    try:
        return text_format.Parse(text, schema_pb2.Schema())
    except text_format.ParseError as error:
        raise InputError(f"{source}: not a schema in protobuf's text format: {error}") from None


@component
def _infer_schema(
    statistics: InputArtifact[ExampleStatistics],
    schema: OutputArtifact[Schema],
    code: Parameter[str],
) -> None:
    inferred = infer_schema(list(load_statistics(statistics).values()))
    Path(schema.uri, SCHEMA_FILE).write_text(text_format.MessageToString(inferred))


@component
def _import_schema(schema: OutputArtifact[Schema], text: Parameter[str]) -> None:
    Path(schema.uri, SCHEMA_FILE).write_text(text)


def SchemaGen(statistics: BaseChannel) -> BaseNode:
    """Infers a schema from the statistics of all splits."""
    code = source_hash(__name__)
    return _infer_schema(statistics=statistics, code=code).with_id("SchemaGen")


def ImportSchemaGen(path: Path) -> BaseNode:
    """Brings a reviewed schema into the run.

    Raises:
      InputError: the file holds no schema.
    """
    text = path.read_text()
    parse_schema(text, source=str(path))
    return _import_schema(text=text).with_id("ImportSchemaGen")
