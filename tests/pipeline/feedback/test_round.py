"""A round is whole or not there, and goes on where it was left."""

import json

import pytest

from components.errors import InputError
from pipeline.feedback.round import alone, rounds
from tests.pipeline.feedback.conftest import grey


def test_a_round_is_read_as_it_was_written(make_round):
    """With its contents, as the log may be gone."""
    made = make_round([grey(1), grey(2)])
    (read,) = rounds(made.folder.parent)
    assert (read.items, read.kind, read.classes) == (made.items, "image", ("dark", "light"))
    assert [read.content(item) for item in read.items] == [grey(1), grey(2)]


def test_the_newest_is_last(make_round):
    """And what else lies there is none."""
    one, other = make_round([grey(1)]), make_round([grey(2)])
    home = one.folder.parent
    (home / ".2026-half").mkdir()
    (home / "2026-empty").mkdir()
    assert [each.folder for each in rounds(home)] == [one.folder, other.folder]
    assert rounds(home / "nowhere") == []


def test_a_round_is_finished_by_its_span(make_round, tmp_path):
    made = make_round([grey(1)])
    assert not made.is_finished
    made.finish(tmp_path / "span-1", 1)
    assert made.is_finished
    noted = json.loads((made.folder / "span.json").read_text())
    assert noted == {"span": str(tmp_path / "span-1"), "labels": 1}


def test_a_damaged_round_is_named(make_round):
    made = make_round([grey(1)])
    (made.folder / "chosen.json").write_text("{}")
    with pytest.raises(InputError, match=r"chosen.json cannot be read as a round of labelling"):
        rounds(made.folder.parent)


def test_one_at_a_time(tmp_path):
    """The answers of two would overtake each other."""
    complaint = "another one labels there"
    with alone(tmp_path), pytest.raises(InputError, match=complaint), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass
