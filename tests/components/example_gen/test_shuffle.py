"""Rows come in an order of their own, each as often as it came, from tries that succeeded."""

from pathlib import Path

import apache_beam as beam
import pytest

from components.example_gen import shuffle
from components.example_gen.shuffle import Shuffle
from components.example_gen.splits import content_digest


@pytest.fixture
def shuffled(tmp_path):
    """Returns rows after the shuffle, as one process writes them."""

    def run(rows: list[bytes], name: str) -> list[bytes]:
        with beam.Pipeline(argv=["--direct_running_mode=in_memory"]) as pipeline:
            _ = (
                pipeline
                | beam.Create(rows, reshuffle=False)
                | Shuffle(str(tmp_path / name))
                | beam.Map(lambda row: row.hex().encode())
                | beam.io.WriteToText(
                    str(tmp_path / f"{name}.out"), num_shards=1, coder=beam.coders.BytesCoder()
                )
            )
        (written,) = tmp_path.glob(f"{name}.out*")
        return [bytes.fromhex(line) for line in written.read_text().split()]

    return run


def part(row: bytes) -> int:
    return content_digest(row)[0] % 64


def test_the_order_is_that_of_the_rows_contents(shuffled):
    rows = [b"%05d\n\0" % number for number in range(1000)]
    found = shuffled(rows, "a")
    assert sorted(found) == rows
    assert found != rows
    # As many of the first half as of the second, wherever one looks.
    assert 60 < sum(row < rows[500] for row in found[:200]) < 140
    again = shuffled(rows[::-1], "b")
    assert sorted(again, key=part) == sorted(found, key=part)


def test_equal_rows_stay(shuffled):
    assert sorted(shuffled([b"twice", b"once", b"twice"], "a")) == [b"once", b"twice", b"twice"]


def test_what_a_failed_try_left_behind_is_not_read(tmp_path):
    dealing = shuffle._DealOut(str(tmp_path))
    dealing.start_bundle()
    dealing.process(b"row")
    dealing._opened.close()
    dealing.start_bundle()
    dealing.process(b"row")
    (sent,) = (windowed.value for windowed in dealing.finish_bundle())
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
    assert shuffle._sorted_rows((sent[0], [sent[1]])) == [b"row"]
    assert Path(sent[1]).parent.name == f"{sent[0]:02}"
