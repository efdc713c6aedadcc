"""Writes the examples of a split through Beam."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from components.shards import Shard, ShardWriter, place_shards

_WRITTEN = "written"


class Write(beam.PTransform):
    """Writes serialized examples to files, and lists those of tries that succeeded."""

    def __init__(self, folder: str) -> None:
        """Takes a folder for both, which every worker reaches."""
        super().__init__()
        self._folder = folder

    def expand(self, examples: PCollection[bytes]) -> PCollection[str]:
        """See PTransform."""
        return (
            examples
            | "Shards" >> beam.ParDo(_WriteShards(self._folder))
            | "As JSON" >> beam.Map(json.dumps)
            | "List" >> beam.io.WriteToText(os.path.join(self._folder, _WRITTEN))
        )


class _WriteShards(beam.DoFn):
    """Writes the examples of a bundle; sends on the files."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def start_bundle(self) -> None:
        self._writer = ShardWriter(self._folder)

    def process(self, example: bytes) -> None:
        self._writer.write(example)

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for shard in self._writer.close():
            yield GlobalWindows.windowed_value(tuple(shard))


def place_written(folder: str, split_folder: Path) -> None:
    """Moves what a pipeline has written into a split's folder, in an order of its content.

    Args:
      folder: that `Write` was given.
      split_folder: of the Examples artifact.
    """
    lists = sorted(Path(folder).glob(f"{_WRITTEN}*"))
    lines = [line for path in lists for line in path.read_text().splitlines()]
    shards = [Shard(*json.loads(line)) for line in lines]
    place_shards(sorted(shards, key=lambda shard: shard.digest), split_folder)
