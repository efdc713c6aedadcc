"""Files of a split: full ones, in an order that chance has no part in, of tries that succeeded."""

from functools import partial

import apache_beam as beam
import pytest
import tensorflow as tf

from components.example_gen import write
from components.example_gen.write import Write, place_written
from components.shards import ShardWriter

EXAMPLES = [b"%03d" % number * 10 for number in range(25)]


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """Ten examples fill a file."""
    monkeypatch.setattr(write, "ShardWriter", partial(ShardWriter, limit=300))


def read(folder):
    """Returns the examples of each file, in the order of the files' names."""
    return [
        list(tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator())
        for path in sorted(folder.glob("data_tfrecord-*.gz"))
    ]


def test_what_was_written_is_placed_in_the_same_order_every_time(tmp_path):
    found = []
    for number in range(4):
        aside, split = tmp_path / f"aside {number}", tmp_path / f"split {number}"
        with beam.Pipeline(argv=["--direct_running_mode=in_memory"]) as pipeline:
            _ = pipeline | beam.Create(EXAMPLES, reshuffle=False) | Write(str(aside))
        place_written(str(aside), split)
        found.append(read(split))
    assert sorted(found[0]) == [EXAMPLES[:10], EXAMPLES[10:20], EXAMPLES[20:]]
    assert found[1:] == found[:1] * 3


def test_what_a_failed_try_left_behind_is_not_placed(tmp_path):
    writing = write._WriteShards(str(tmp_path))
    writing.start_bundle()
    writing.process(EXAMPLES[0])
    writing._writer.close()
    assert len(list(tmp_path.glob("*.gz"))) == 1
    with beam.Pipeline(argv=["--direct_running_mode=in_memory"]) as pipeline:
        _ = pipeline | beam.Create(EXAMPLES[:3], reshuffle=False) | Write(str(tmp_path))
    place_written(str(tmp_path), tmp_path / "split")
    assert read(tmp_path / "split") == [EXAMPLES[:3]]
