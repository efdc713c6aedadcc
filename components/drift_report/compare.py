"""Drift between two spans by TFDV's comparators, in words."""

from dataclasses import asdict, dataclass
from typing import Any

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

Statistics = statistics_pb2.DatasetFeatureStatisticsList

MEASURES = {
    "L_INFTY": "L-infinity distance",
    "JENSEN_SHANNON_DIVERGENCE": "Jensen-Shannon divergence",
}


@dataclass(frozen=True)
class Movement:
    """How far one feature moved, by the measure that the schema names for it."""

    feature: str
    measure: str
    distance: float
    threshold: float

    @property
    def drifted(self) -> bool:
        """Whether the distance lies above the schema's threshold."""
        return self.distance > self.threshold

    def __str__(self) -> str:
        sign = ">" if self.drifted else "≤"
        return f"{self.feature}: {self.measure} {self.distance:.3f} {sign} {self.threshold:g}"

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values."""
        return {**asdict(self), "drifted": self.drifted}


def compare(current: Statistics, previous: Statistics, schema: schema_pb2.Schema) -> list[Movement]:
    """Measures every feature that has a drift comparator in the schema.

    Args:
      current: statistics of this span's training split.
      previous: statistics of the previous span's.
      schema: its `drift_comparator`s name measure and threshold.

    Returns:
      One movement a feature, the one furthest beyond its threshold first.
    """
    anomalies = tfdv.validate_statistics(current, schema, previous_statistics=previous)
    movements = [
        Movement(
            info.path.step[0],
            MEASURES[anomalies_pb2.DriftSkewInfo.Measurement.Type.Name(measurement.type)],
            measurement.value,
            measurement.threshold,
        )
        for info in anomalies.drift_skew_info
        for measurement in info.drift_measurements
    ]
    return sorted(movements, key=lambda m: m.distance / m.threshold, reverse=True)
