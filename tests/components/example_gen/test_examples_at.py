"""Outside of a run, examples are found labelled or not, raw or as TFRecords."""

import pytest

from components.errors import InputError
from components.example_gen.examples_at import find_examples


def sources(found):
    return [(file.source, file.split, file.label) for file in found.files]


def test_a_tasks_layout_is_found_as_a_run_finds_it(tmp_path, write):
    """The highest span, its splits, its classes."""
    write("span-1/train/cat/a.png", "")
    for name in ("train/cat/b.png", "train/dog/c.png", "test/dog/d.png"):
        write(f"span-2/{name}", "")
    found = find_examples(str(tmp_path), "image")
    assert (found.form, found.splits) == ("files", ("train", "test"))
    assert ("span-2/test/dog/d.png", "test", "dog") in sources(found)
    assert len(found.files) == 3


def test_files_directly_in_a_folder_have_no_class(tmp_path, write):
    """So it is in the folder of a span; what is no example is counted."""
    for name in ("b.PNG", "a.jpg", "notes.md", "more/readme"):
        write(f"span-3/{name}", "")
    found = find_examples(str(tmp_path), "image")
    assert found.form == "files"
    assert sources(found) == [("a.jpg", None, None), ("b.PNG", None, None)]
    assert found.ignored == {".md": 1, "no suffix": 1}


def test_a_file_alone_has_no_class(tmp_path, write):
    found = find_examples(str(write("cat/a.png", "")), "image")
    assert (found.root, found.form) == (str(tmp_path / "cat"), "files")
    assert sources(found) == [("a.png", None, None)]


def test_texts_come_in_files_or_tables(tmp_path, write):
    """A table needs no folder around it."""
    write("texts/1.txt", "")
    table = write("tables/new.csv", "")
    assert sources(find_examples(str(tmp_path / "texts"), "text")) == [("1.txt", None, None)]
    found = find_examples(str(table), "text")
    assert (found.form, sources(found)) == ("tables", [("new.csv", None, None)])
    assert find_examples(str(tmp_path / "tables"), "text") == found


@pytest.mark.parametrize("kind", ["image", "text"])
def test_records_lie_alone_or_anywhere_below_a_folder(tmp_path, write, kind):
    """An Examples artifact is such a folder."""
    single = write("requests.tfrecord.gz", "")
    write("Split-eval/data_tfrecord-00000-of-00001.gz", "")
    write("more/x.tfrecord", "")
    assert sources(find_examples(str(single), kind)) == [("requests.tfrecord.gz", None, None)]
    found = find_examples(str(tmp_path), kind)
    assert found.form == "records"
    assert [file.source for file in found.files] == [
        "Split-eval/data_tfrecord-00000-of-00001.gz",
        "more/x.tfrecord",
        "requests.tfrecord.gz",
    ]


def test_examples_go_before_records(tmp_path, write):
    """An archive beside images does not hide them."""
    write("a.png", "")
    write("old.tar.gz", "")
    found = find_examples(str(tmp_path), "image")
    assert (sources(found), found.ignored) == ([("a.png", None, None)], {".gz": 1})


@pytest.mark.parametrize(
    ("files", "path", "kind", "message"),
    [
        ([], "nowhere", "image", "nowhere' does not exist"),
        ([], ".", "image", r"holds no images \(found: nothing; valid: a file or a folder of \.bmp"),
        (["a.txt", "b.txt"], ".", "image", r"found: 2 x \.txt; .*TFRecords: \.gz, \.tfrecord"),
        (["a.png"], ".", "text", r"holds no texts .*; tables: \.csv"),
        (["a.png"], "a.png", "text", r"a\.png' holds no texts"),
        (["a.csv"], "a.csv", "image", r"a\.csv' holds no images"),
        (["a.xlsx"], "a.xlsx", "text", r"a\.xlsx' holds no texts"),
        (["cat/a.png", "loose.png"], ".", "image", "holds one class, 'cat'; it takes two"),
        (["a.csv", "b/c.txt"], ".", "text", "beside a folder of other examples"),
    ],
)
def test_what_holds_no_examples_is_refused(tmp_path, write, files, path, kind, message):
    """The error names the path, what lies there and what is valid."""
    for name in files:
        write(name, "")
    with pytest.raises(InputError, match=message):
        find_examples(str(tmp_path / path), kind)
