"""The log says who changed what, and what to go back to."""

import json

import pytest

from components.errors import InputError
from pipeline.releases.change_log import Change, append, read, stable_before
from pipeline.serving_config.release import Release


def changes(*steps):
    """Returns changes of what is stable, each `(what, before, after)`."""
    return [Change("", "", what, Release(one), Release(other)) for what, one, other in steps]


def test_a_line_says_when_who_what_and_why(tmp_path):
    log = tmp_path / "releases.jsonl"
    made = Change.now("promote", Release(3, 7), Release(7, kept=(3,)), "fewer mistakes, ä\n")
    append(log, made)
    append(log, Change.now("canary", Release(7, kept=(3,)), Release(7, 9, (3,)), ""))
    first, _ = map(json.loads, log.read_text().splitlines())
    assert first["when"].endswith("+00:00")
    assert "@" in first["who"]
    assert first["what"] == "promote"
    assert first["from"] == {"stable": 3, "canary": 7, "kept": []}
    assert first["to"] == {"stable": 7, "canary": None, "kept": [3]}
    assert first["why"] == "fewer mistakes, ä\n"
    assert read(log)[0] == made


@pytest.mark.parametrize("line", ["{", "[]", '{"when": ""}'])
def test_a_line_that_is_none_is_named(tmp_path, line):
    log = tmp_path / "releases.jsonl"
    append(log, Change.now("promote", Release(3), Release(7), ""))
    log.write_text(log.read_text() + line + "\n")
    with pytest.raises(InputError, match=r"releases\.jsonl: line 2: "):
        read(log)


@pytest.mark.parametrize(
    ("steps", "stable", "before"),
    [
        ([], 3, None),
        ([("promote", 3, 7)], 7, 3),
        # Not simply a lower number.
        ([("promote", 9, 4)], 4, 9),
        ([("promote", 3, 7), ("promote", 7, 9)], 9, 7),
        # A second rollback goes further back, not forth again.
        ([("promote", 3, 7), ("promote", 7, 9), ("rollback", 9, 7)], 7, 3),
        ([("promote", 3, 7), ("rollback", 7, 3)], 3, None),
        ([("promote", 3, 7), ("rollback", 7, 3), ("promote", 3, 9)], 9, 3),
        # To a version that the log has not seen.
        ([("promote", 3, 7), ("rollback", 7, 1)], 1, 7),
        # A canary changes nothing.
        ([("promote", 3, 7), ("canary", 7, 7), ("canary off", 7, 7)], 7, 3),
        # Somebody has edited models.config.
        ([("promote", 3, 7)], 8, 7),
        ([("promote", 3, 7), ("promote", 8, 9)], 9, 8),
    ],
)
def test_what_was_stable_before_is_found(steps, stable, before):
    assert stable_before(changes(*steps), stable) == before
