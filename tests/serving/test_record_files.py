"""Files of records appear whole, and the oldest make room."""

import re

import pytest
import tensorflow as tf

from serving import record_files
from serving.record_files import RecordFiles


def read(folder):
    """Returns the records of each file, the oldest first; a file that is not whole is an error."""
    paths = sorted(folder.iterdir())
    return [list(tf.data.TFRecordDataset(str(path)).as_numpy_iterator()) for path in paths]


def write(files, *records):
    for record in records:
        if not files.has_room(record):
            files.flush()
        files.add(record)
    files.flush()


def size(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


def test_a_file_grows_and_is_readable_after_every_flush(tmp_path):
    """Under one name, with its time."""
    files = RecordFiles(str(tmp_path / "logs/toy"), 1 << 20)
    for records in ([b"a"], [b"a", b"b"]):
        write(files, records[-1])
        assert read(tmp_path / "logs") == [records]
    (path,) = (tmp_path / "logs").iterdir()
    assert re.fullmatch(r"toy-\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}\.tfrecord", path.name)


def test_nothing_new_writes_nothing(tmp_path):
    """A folder does not even appear."""
    files = RecordFiles(str(tmp_path / "logs/toy"), 1 << 20)
    files.flush()
    assert not (tmp_path / "logs").exists()


def test_a_full_file_is_followed_by_the_next(tmp_path, monkeypatch):
    """No record is in two."""
    monkeypatch.setattr(record_files, "_MOST_BYTES", 250)
    write(RecordFiles(f"{tmp_path}/toy", 1 << 20), *(bytes([n]) * 100 for n in range(5)))
    assert [len(records) for records in read(tmp_path)] == [2, 2, 1]
    assert [record[0] for records in read(tmp_path) for record in records] == [0, 1, 2, 3, 4]


def test_the_oldest_make_room(tmp_path):
    """Never more than the limit, and of this prefix alone."""
    for name in ("toy.txt", "toy-2-20200101T000000.000000Z-00000000.tfrecord"):
        (tmp_path / name).write_bytes(b"x" * 5_000)
    left = tmp_path / ".toy-20200101T000000.000000Z-00000000.tfrecord.part"
    left.write_bytes(b"of a server that was killed")
    mine = tmp_path / "logs"
    for number in range(20):
        files = RecordFiles(f"{mine}/toy", 1_000)
        write(files, bytes([number]) * 150)
        assert size(mine) <= 1_000
    assert read(mine)[-1][0][0] == 19 and len(read(mine)) >= 3
    write(RecordFiles(f"{tmp_path}/toy", 1_000), *(b"y" * 150 for _ in range(8)))
    assert not left.exists()
    assert len(list(tmp_path.glob("toy*"))) > 2
    assert sum(path.stat().st_size for path in tmp_path.glob("toy-2026*")) <= 1_000


def test_what_is_too_large_is_not_taken(tmp_path):
    """It would cost all others their place."""
    files = RecordFiles(f"{tmp_path}/toy", 1_000)
    assert files.takes(b"x" * 200) and not files.takes(b"x" * 250)


def test_what_cannot_be_written_is_given_up(tmp_path):
    """And what follows is not; nothing is left behind."""
    files = RecordFiles(f"{tmp_path}/logs/toy", 1 << 20)
    (tmp_path / "logs").write_text("a file, where a folder should be")
    files.add(b"a")
    with pytest.raises(OSError):
        files.flush()
    (tmp_path / "logs").unlink()
    write(files, b"b")
    assert read(tmp_path / "logs") == [[b"b"]]


def test_a_prefix_may_be_a_folder(tmp_path):
    """Then the files' names begin with the time."""
    write(RecordFiles(f"{tmp_path}/", 1 << 20), b"a")
    (path,) = tmp_path.iterdir()
    assert re.match(r"\d{8}T", path.name)
