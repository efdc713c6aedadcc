import pytest

from components.errors import InputError
from components.example_gen.guess import guess_columns, guess_kind


def test_the_kind_is_what_most_files_are(tmp_path, write):
    """Images or texts, nested or not; other files have no say."""
    write("images/cat/deep/1.JPG", b"")
    write("images/notes.md", b"")
    write("texts/pos/1.txt", b"")
    write("table/train.csv", b"")
    assert guess_kind(str(tmp_path / "images")) == "image"
    assert guess_kind(str(tmp_path / "texts")) == "text"
    assert guess_kind(str(tmp_path / "table")) == "text"
    assert guess_kind(str(write("a.tsv", b""))) == "text"


def test_a_folder_without_examples_is_told(tmp_path, write):
    """The message says what was found and what is valid."""
    write("a/1.webp", b"")
    with pytest.raises(InputError, match=r"neither images nor texts \(found: 1 x \.webp; valid: "):
        guess_kind(str(tmp_path))


def test_columns_are_guessed_by_length_and_by_variety(write):
    """The longest column is the text; the one with the fewest values, above one, the label."""
    rows = "".join(f'{n},same,some long text {n},"{"ab"[n % 2]}",{n % 7}\n' for n in range(50))
    path = write("a.csv", "id,source,body,kind,stars\n" + rows)
    assert guess_columns(str(path)) == ("body", "kind")


def test_a_usual_name_wins(write):
    """A column called label is the label, even where the first rows have one class."""
    rows = "".join(f"{n % 2},some long text {n},a\n" for n in range(50))
    path = write("a.csv", "fold,text,Label\n" + rows)
    assert guess_columns(str(path)) == ("text", "Label")


def test_a_table_without_a_label_is_told(write):
    """Columns of ever new values are no labels."""
    rows = "".join(f"{n},some long text {n}\n" for n in range(50))
    path = write("a.csv", "id,text\n" + rows)
    with pytest.raises(InputError, match=r"no column looks like a label.*\(columns: id, text\)"):
        guess_columns(str(path))


def test_folders_have_no_columns(tmp_path, write):
    """Texts in class folders need none."""
    write("pos/1.txt", "a")
    write("neg/1.txt", "b")
    assert guess_columns(str(tmp_path)) is None
