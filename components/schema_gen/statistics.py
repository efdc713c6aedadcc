"""Reads the ExampleStatistics artifact."""

from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx.components.statistics_gen import stats_artifact_utils
from tfx.types import artifact_utils
from tfx.types.standard_artifacts import ExampleStatistics


def load_statistics(
    artifact: ExampleStatistics,
) -> dict[str, statistics_pb2.DatasetFeatureStatisticsList]:
    """Returns the statistics of every split, by the split's name."""
    return {
        split: stats_artifact_utils.load_statistics(artifact, split).proto()
        for split in artifact_utils.decode_split_names(artifact.split_names)
    }
