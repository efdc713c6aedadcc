"""Infers the schema of ingested examples: what TFDV finds, and what we know of our own features."""

from collections.abc import Sequence

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

from components.errors import InputError
from components.features import (
    IMAGE_QUALITY_FEATURES,
    IMAGE_SIZE_FEATURES,
    LABEL,
    TEXT_QUALITY_FEATURES,
    TEXT_SIZE_FEATURES,
)

Statistics = statistics_pb2.DatasetFeatureStatisticsList

UNBOUNDED = {"sharpness"}


def infer_schema(statistics: Sequence[Statistics]) -> schema_pb2.Schema:
    """Infers one schema from the statistics of all splits.

    Every feature is required with exactly one value. The label's domain is the classes that were
    seen, sorted; sizes that are the same in all examples are held to that value, other sizes to be
    positive, shares to lie in [0, 1]. There are no drift comparators: the drift report brings
    thresholds that fit the number of examples.

    Args:
      statistics: one list a split.

    Returns:
      The schema, features in alphabetical order.

    Raises:
      InputError: there are more classes than the statistics can list.
    """
    schema = tfdv.infer_schema(statistics[0])
    for more in statistics[1:]:
        schema = tfdv.update_schema(schema, more)
    del schema.string_domain[:]
    for feature in schema.feature:
        feature.ClearField("domain_info")
        feature.ClearField("shape_type")
        feature.shape.dim.add(size=1)
        feature.presence.CopyFrom(schema_pb2.FeaturePresence(min_fraction=1.0, min_count=1))
        if feature.name == LABEL:
            feature.string_domain.CopyFrom(schema_pb2.StringDomain(value=_classes(statistics)))
        elif feature.name in IMAGE_SIZE_FEATURES + TEXT_SIZE_FEATURES:
            low, high = _range(feature.name, statistics)
            feature.int_domain.min = int(low) if low == high else 1
            if low == high:
                feature.int_domain.max = int(high)
        elif feature.name in IMAGE_QUALITY_FEATURES + TEXT_QUALITY_FEATURES:
            feature.float_domain.min = 0.0
            if feature.name not in UNBOUNDED:
                feature.float_domain.max = 1.0
    schema.feature.sort(key=lambda feature: feature.name)
    return schema


def _classes(statistics: Sequence[Statistics]) -> list[str]:
    # TFDV takes classes called 0 to 9 for numbers, so its own domain is of no use.
    found: set[str] = set()
    for stats in _of(LABEL, statistics):
        buckets = stats.string_stats.rank_histogram.buckets
        if stats.string_stats.unique > len(buckets):
            raise InputError(
                f"{LABEL}: {stats.string_stats.unique:,} classes are more than the "
                f"{len(buckets):,} that can be told apart; is it really a label?"
            )
        found.update(bucket.label for bucket in buckets)
    return sorted(found)


def _range(name: str, statistics: Sequence[Statistics]) -> tuple[float, float]:
    found = [stats.num_stats for stats in _of(name, statistics)]
    return min(stats.min for stats in found), max(stats.max for stats in found)


def _of(name: str, statistics: Sequence[Statistics]) -> list[statistics_pb2.FeatureNameStatistics]:
    """Returns a feature's statistics of every split that has it."""
    return [
        feature
        for split in statistics
        for feature in split.datasets[0].features
        if feature.path.step[0] == name
    ]
