import pytest
import yaml

from pipeline.serving_config.yaml_text import Comment, to_yaml, without_comments


def test_comments_stand_above_what_they_are_about():
    """Before a key, before an item, and before an item that is a dictionary."""
    document = {
        Comment("the file"): None,
        "a": [1, Comment("two"), 2, {Comment("three"): None, "b": 3}],
        "c": {Comment("four"): None, "d": 4},
    }
    assert to_yaml(document) == (
        "# the file\na:\n  - 1\n  # two\n  - 2\n  # three\n  - b: 3\nc:\n  # four\n  d: 4\n"
    )


def test_long_comments_are_wrapped():
    lines = to_yaml({Comment("word " * 40): None, "a": 1}).splitlines()
    assert len(lines) == 4
    assert all(line.startswith("# word") for line in lines[:-1])


@pytest.mark.parametrize(
    "value",
    [
        *("on", "yes", "null", "~", "", " ", "1", "1.5", "1:30", "0x10", "2024-01-01", "=", "<<"),
        *("a: b", "a #b", "# a", "- a", "*a", "&a", "!a", "%a", "@a", "`a", "{a}", "[a]", "|", "'"),
        *('"', "a\n", "a\nb", "a\nb\n", "\n", "\na", " a\nb", "a \nb", "a\n\nb", "a\n\n", "a\tb"),
        *("ä ✓", "\x07", "a\x85b", "a\u2028b", "a\r\nb", "x" * 300, "127.0.0.1:8500:8500"),
        *(None, True, False, 0, -1, 1.5, [], {}, [[]], [{}], {"a": {}}, [[1, [2]], {"a": [3]}]),
    ],
    ids=repr,
)
def test_what_is_written_reads_back(value):
    """As a value, as an item, and deep down; `to_yaml` itself refuses what would not."""
    for document in (value, {"a": value}, [value], {"a": [{"b": value}, value]}):
        assert yaml.safe_load(to_yaml(document)) == document


def test_several_lines_are_shown_as_several_lines():
    assert to_yaml({"a": {"b": "x: 1\n\ny: 2\n"}}) == "a:\n  b: |\n    x: 1\n\n    y: 2\n"


def test_only_comments_are_dropped():
    """A string that looks like a comment is a string."""
    assert without_comments({Comment("x"): 1, "# y": [Comment("z"), "# z"]}) == {"# y": ["# z"]}
