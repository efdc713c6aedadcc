"""Labels come in a table, of whatever kind."""

import pytest

from components.errors import InputError
from pipeline.feedback.labels_file import read_labels


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "\ufefflabel,id,more\n7,r1,x\n cat ,r2,y\n,r3,z\n"),
        ("a.tsv", "id\tlabel\nr1\t7\nr2\tcat\nr3\t\n"),
        ("a.jsonl", '{"id": "r1", "label": 7}\n{"id": "r2", "label": "cat"}\n{"id": "r3"}\n'),
    ],
)
def test_labels_are_read(tmp_path, name, text):
    """Other columns do not matter; no label skips."""
    path = tmp_path / name
    path.write_text(text)
    assert read_labels(path) == {"r1": "7", "r2": "cat", "r3": None}


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.csv", "id,class\nr1,7\n", r"--labels = 'label': .*a.csv has no such column"),
        ("a.csv", "id,label\nr1,7\nr1,8\n", "row 2: id 'r1' has another label further up"),
        ("a.csv", "id,label\n,7\n", "row 1: has no id"),
        ("a.csv", "id,label\nr1,7,8\n", "row 1: has 3 columns"),
        ("a.jsonl", '{"id": "r1", "label": "7"}\n{\n', "row 2: is no valid JSON"),
        ("a.xlsx", "", "is no table"),
        ("none.csv", None, "none.csv cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, name, text, complaint):
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_labels(path)
