import json

import pytest

from components.errors import InputError
from components.example_gen import tables
from components.example_gen.tables import columns, first_rows, require, rows


def values(path):
    return [(row.number, row.values) for row in rows(path, path.name)]


def test_quoted_fields_hold_newlines_commas_and_quotes(write):
    """A row may span lines; rows are numbered, not lines; blank lines are no rows."""
    path = write("a.csv", 'text,label\n"one\ntwo, ""three""",x\n\nfour,y\r\n')
    assert values(path) == [
        (1, {"text": 'one\ntwo, "three"', "label": "x"}),
        (2, {"text": "four", "label": "y"}),
    ]


def test_tsv_has_tabs(write):
    """In a TSV a comma is text."""
    path = write("a.TSV", 'text\tlabel\na, b\tx\n"c\td"\ty\n')
    assert [v["text"] for _, v in values(path)] == ["a, b", "c\td"]


@pytest.mark.parametrize("suffix", ["jsonl", "ndjson"])
def test_json_lines_hold_objects(write, suffix):
    """One object a line, with values of any type; blank lines are no rows."""
    path = write(f"a.{suffix}", '{"text": "a\\nb", "label": 1}\n\n{"text": "c"}\n')
    assert values(path) == [(1, {"text": "a\nb", "label": 1}), (2, {"text": "c"})]
    assert columns(path, "a") == ("text", "label")


def test_headers_are_cleaned(write):
    """Byte order mark, quotes and spaces are no part of a column's name."""
    path = write("a.csv", '\ufeff"text", label \nx,y\n')
    assert columns(path, "a.csv") == ("text", "label")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("text,label\na\n", "has 1 columns, the header has 2"),
        ("text,label\na,b,c\n", "has 3 columns, the header has 2"),
    ],
)
def test_rows_of_another_width_are_faulty(write, content, fault):
    """A row that lacks or exceeds columns says so, and the next one is read."""
    first, second = rows(write("a.csv", content + "good,x\n"), "a.csv")
    assert (first.number, first.values, first.fault) == (1, {}, fault)
    assert second.values == {"text": "good", "label": "x"}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"text": ', "is no valid JSON in line 1: Expecting value"),
        ("[1, 2]", "is no JSON object in line 1"),
        ('{"a": ' + "9" * 5000 + "}", "is no valid JSON in line 1: Exceeds the limit"),
        ("[" * 100_000, "is no valid JSON in line 1: maximum recursion depth"),
    ],
)
def test_lines_that_are_no_objects_are_faulty(write, line, fault):
    """A broken line is one broken row."""
    first, second = rows(write("a.jsonl", f'{line}\n{{"text": "b"}}\n'), "a.jsonl")
    assert first.fault.startswith(fault)
    assert second.values == {"text": "b"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"\xef\xbb\xbf\n\n", "a.csv is empty"),
        ("a.jsonl", b"\n", "a.jsonl is empty"),
        ("a.csv", b"text,label\n", "a.csv has a header, but no rows"),
        ("a.csv", b"text,text\na,b\n", "a.csv has the column 'text' twice"),
        (
            "a.csv",
            b'text,label\nfine,x\n"open,y\nmore,z\n',
            "a.csv: a quote in the row that begins at line 3 is never closed",
        ),
        (
            "a.csv",
            b'text,label\n"a"b,x\n',
            "a.csv, line 2: ',' expected after '\"'; a quote within a quoted field",
        ),
        (
            "a.csv",
            b"text,label\nfine,x\ncaf\xe9,y\n",
            "a.csv, line 3: not UTF-8 (byte 4 of the line is 0xe9); save the table as UTF-8",
        ),
        ("a.jsonl", b'{"text": "a"}\n\xff\n', "a.jsonl, line 2: not UTF-8"),
        ("a.csv", b"text,label\ra,b\r", "a.csv, line 1: a carriage return outside quotes"),
    ],
)
def test_faults_of_a_file_stop(write, name, content, message):
    """What makes all rows doubtful is an error that names file and line."""
    path = write(name, content)
    with pytest.raises(InputError) as caught:
        columns(path, name)
        list(rows(path, name))
    assert str(caught.value).startswith(message)


def test_an_open_quote_does_not_swallow_the_memory(write, monkeypatch):
    """A field without an end is given up, though the quote is closed at last."""
    monkeypatch.setattr(tables, "_MAX_FIELD_CHARACTERS", 1_000)
    path = write("a.csv", 'text,label\n"open,y\n' + "row,x\n" * 1_000 + '"\n')
    with pytest.raises(InputError, match="begins at line 2 is never closed"):
        list(rows(path, "a.csv"))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A folder called like a table is an error, no traceback."""
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match=r"a\.csv cannot be read: Is a directory"):
        columns(tmp_path / "a.csv", "a.csv")


def test_a_missing_column_names_those_there_are():
    """The message lists the columns and a close one."""
    require("text", "text_column", ("id", "text"), "a.csv")
    with pytest.raises(InputError) as caught:
        require("text", "text_column", ("id", "Texts", "label"), "a.csv")
    assert str(caught.value) == (
        "text_column = 'text': a.csv has no such column; did you mean 'Texts'? "
        "(columns: id, Texts, label)"
    )


def test_first_rows_are_bounded_and_say_how_many_there_may_be(write):
    """A part of a table comes with an estimate of its rows, within a tenth for even rows."""
    path = write("a.jsonl", "".join(json.dumps({"text": "x" * 100}) + "\n" for _ in range(500)))
    whole = first_rows(path, "a.jsonl", 10**6)
    part = first_rows(path, "a.jsonl", 5_000)
    assert (len(whole.rows), whole.complete, whole.estimate) == (500, True, 500)
    assert len(part.rows) == 50
    assert not part.complete
    assert part.estimate == pytest.approx(500, rel=0.15)
