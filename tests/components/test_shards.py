"""Records come back in their order, from files of which none is much larger than it may be."""

import hashlib
from pathlib import Path

import pytest
import tensorflow as tf

from components.shards import ShardWriter, place_shards

RECORDS = [b"%03d" % number * 10 for number in range(25)]


def read(folder: Path) -> list[list[bytes]]:
    """Returns the records of each file, in the order of the files' names."""
    return [
        list(tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator())
        for path in sorted(folder.iterdir())
    ]


def test_a_new_file_begins_where_one_is_full(tmp_path):
    writer = ShardWriter(str(tmp_path / "aside"), limit=300)
    for record in RECORDS:
        writer.write(record)
    shards = writer.close()
    place_shards(shards, tmp_path / "split")
    assert [path.name for path in sorted((tmp_path / "split").iterdir())] == [
        f"data_tfrecord-0000{number}-of-00003.gz" for number in range(3)
    ]
    assert read(tmp_path / "split") == [RECORDS[:10], RECORDS[10:20], RECORDS[20:]]
    assert [shard.digest for shard in shards] == [
        hashlib.sha256(record).hexdigest() for record in RECORDS[::10]
    ]
    assert not list((tmp_path / "aside").iterdir())


@pytest.mark.parametrize("records", [RECORDS, RECORDS[:10]])
def test_by_default_a_small_split_is_one_file(tmp_path, records):
    writer = ShardWriter(str(tmp_path))
    for record in records:
        writer.write(record)
    place_shards(writer.close(), tmp_path / "split")
    assert read(tmp_path / "split") == [records]


def test_no_record_at_all_makes_an_empty_file(tmp_path):
    place_shards(ShardWriter(str(tmp_path)).close(), tmp_path / "split")
    assert [path.name for path in (tmp_path / "split").iterdir()] == [
        "data_tfrecord-00000-of-00001.gz"
    ]
    assert read(tmp_path / "split") == [[]]
