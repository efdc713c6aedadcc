import pytest

from components.errors import InputError
from components.example_gen.set_aside import SetAside
from components.example_gen.table_examples import check_columns, read_row
from components.example_gen.tables import Row


def row(**values):
    return Row(1, values, "")


def test_columns_come_from_the_data(write, text_data):
    """Text, label and group are the columns that the data name; the group is optional."""
    data = {**text_data, "text_column": "review", "label_column": "stars", "group_column": "book"}
    found = read_row(row(review=" Good ", stars=" 5 ", book="b1"), data)
    assert found == (" Good ", "5", "b1")
    assert read_row(row(text="A  B", label="x"), text_data).split_by == "a b"


def test_data_may_name_no_column_of_labels(write, text_data):
    """Then a text has none, whatever the table holds."""
    unlabelled = {**text_data, "label_column": ""}
    assert read_row(row(text="a", label="x"), unlabelled).label == ""
    assert check_columns(write("a.csv", "text\na\n"), "a.csv", unlabelled) == ("text",)


@pytest.mark.parametrize(("label", "name"), [(1, "1"), (True, "true"), (0.5, "0.5"), (0, "0")])
def test_labels_of_json_may_be_numbers(text_data, label, name):
    """A number or a truth value is a class by its JSON text; 0 and false are no missing labels."""
    assert read_row(row(text="a", label=label), text_data).label == name


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"text": "a"}, "has no label"),
        ({"text": "a", "label": None}, "has no label"),
        ({"text": "a", "label": "  "}, "has no label"),
        ({"label": "x"}, "has no text"),
        ({"text": "", "label": "x"}, "has no text"),
        ({"text": 12, "label": "x"}, "has a text that is no string: 12"),
        ({"text": "a", "label": ["x"]}, 'has a label that is no name: ["x"]'),
        ({"text": "x" * 1001, "label": "x"}, "has 1,001 characters, more than max_characters"),
        ({"text": "a", "label": "\ud800"}, "has a label with half a surrogate pair"),
    ],
)
def test_broken_rows_have_a_reason(text_data, values, reason):
    """What is missing or of another type is named."""
    with pytest.raises(SetAside) as caught:
        read_row(row(**values), text_data)
    assert str(caught.value).startswith(reason)


def test_a_missing_group_and_a_fault_have_a_reason(text_data):
    """A row without group could land anywhere; a row's own fault comes first."""
    with pytest.raises(SetAside, match="has no book"):
        read_row(row(text="a", label="x", book=""), {**text_data, "group_column": "book"})
    with pytest.raises(SetAside, match="has 1 columns"):
        read_row(Row(1, {}, "has 1 columns"), text_data)


def test_every_named_column_is_required(write, text_data):
    """A missing column is an error of the field that names it."""
    path = write("a.csv", "text,label\na,b\n")
    assert check_columns(path, "a.csv", text_data) == ("text", "label")
    with pytest.raises(InputError, match="group_column = 'book'"):
        check_columns(path, "a.csv", {**text_data, "group_column": "book"})
