"""Answers are on the disk at once, and outlive whatever happens."""

import json

import pytest

from components.errors import InputError
from pipeline.feedback.answers import Answers


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.jsonl"


def test_the_last_answer_counts(path):
    """Also for whoever reads the file anew; a skip is an answer, what is taken back is none."""
    answers = Answers(path)
    answers.add("a", "cat")
    answers.add("b", "dog")
    answers.add("a", None)
    answers.add("c", "bird")
    answers.take_back("c")
    answers.add("d", "ß, \u2028")
    for each in (answers, Answers(path)):
        assert each.labels == {"b": "dog", "d": "ß, \u2028"}
        assert each.skipped == {"a"}
        assert each.order == ["b", "a", "d"]


def test_every_answer_is_a_line_with_its_time(path):
    """Nothing is ever rewritten."""
    answers = Answers(path)
    answers.add("a", "cat")
    first = path.read_text()
    answers.take_back("a")
    assert path.read_text().startswith(first)
    assert [set(json.loads(line)) for line in path.read_text().splitlines()] == [
        {"id", "label", "time"},
        {"id", "undone", "time"},
    ]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_a_killed_process_left_is_no_answer(path, cut):
    """What follows is whole again."""
    answers = Answers(path)
    answers.add("a", "cat")
    answers.add("b", "dog")
    path.write_bytes(path.read_bytes()[:-cut])
    again = Answers(path)
    assert again.labels == {"a": "cat"}
    again.add("c", "bird")
    assert Answers(path).labels == {"a": "cat", "c": "bird"}


def test_a_damaged_file_is_not_guessed_at(path):
    path.write_text('{"id": "a", "label": "cat"}\n[]\n')
    with pytest.raises(InputError, match=r"answers.jsonl, line 2: is no answer"):
        Answers(path)
