"""Which examples break a schema: what TFDV counts, traced back to files and rows."""

from collections.abc import Iterable, Iterator

import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.examples import values
from components.features import SOURCE


def offends(example: tf.train.Example, feature: schema_pb2.Feature) -> bool:
    """Says whether one example breaks what the schema says of one feature.

    Looked at are presence, and the domain of strings, integers and floats.
    """
    found = values(example, feature.name)
    if not found:
        return feature.presence.min_fraction == 1.0
    domain = feature.WhichOneof("domain_info")
    if domain == "string_domain":
        return not set(found) <= set(feature.string_domain.value)
    if domain in ("int_domain", "float_domain"):
        bounds = getattr(feature, domain)
        low = bounds.min if bounds.HasField("min") else float("-inf")
        high = bounds.max if bounds.HasField("max") else float("inf")
        return not all(low <= value <= high for value in found)
    return False


def offending_sources(
    examples: Iterable[tf.train.Example], feature: schema_pb2.Feature
) -> Iterator[str]:
    """Yields `source (value)` of every example that breaks the schema's feature."""
    for example in examples:
        if offends(example, feature):
            shown = ", ".join(str(value)[:40] for value in values(example, feature.name))
            yield f"{values(example, SOURCE)[0]} ({shown or 'missing'})"
