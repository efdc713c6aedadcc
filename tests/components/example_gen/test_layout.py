import os

import pytest

from components.errors import InputError
from components.example_gen.layout import find_layout


def labels(layout):
    return [(file.source, file.split, file.label) for file in layout.files]


def test_folders_are_classes_and_nest(tmp_path, write):
    """One folder is one class, whatever is nested below it; suffixes count in any case."""
    write("cat/a.jpg", b"")
    write("cat/2024/may/b.PNG", b"")
    write("dog/c.jpeg", b"")
    layout = find_layout(str(tmp_path), "image")
    assert labels(layout) == [
        ("cat/a.jpg", None, "cat"),
        ("cat/2024/may/b.PNG", None, "cat"),
        ("dog/c.jpeg", None, "dog"),
    ]
    assert (layout.splits, layout.span, layout.tables) == ((), 0, False)


@pytest.mark.parametrize("name", ["eval", "val", "valid", "validation"])
def test_folders_of_splits_are_kept(tmp_path, write, name):
    """Folders called like splits, above the classes, are the splits."""
    for split in ("train", name, "test"):
        write(f"{split}/cat/a.gif", b"")
        write(f"{split}/dog/b.bmp", b"")
    layout = find_layout(str(tmp_path), "image")
    assert layout.splits == ("train", "eval", "test")
    assert (f"{name}/cat/a.gif", "eval", "cat") in labels(layout)


def test_a_class_may_be_called_train(tmp_path, write):
    """A single folder called like a split, beside others, is a class."""
    for label in ("train", "bus", "car"):
        write(f"{label}/a.png", b"")
    layout = find_layout(str(tmp_path), "image")
    assert {file.label for file in layout.files} == {"train", "bus", "car"}
    assert layout.splits == ()


def test_the_highest_span_is_read(tmp_path, write):
    """Spans are numbers, with or without zeros in front; others are read only when asked for."""
    for span in ("span-2", "span-10", "span-003"):
        write(f"{span}/cat/a.png", b"")
        write(f"{span}/dog/b.png", b"")
    layout = find_layout(str(tmp_path), "image")
    assert layout.span == 10
    assert layout.files[0].source == "span-10/cat/a.png"
    assert find_layout(str(tmp_path), "image", 3).files[0].source == "span-003/cat/a.png"
    with pytest.raises(InputError, match="no folder of span 4"):
        find_layout(str(tmp_path), "image", 4)


def test_splits_lie_inside_spans(tmp_path, write):
    """span-N/train/class is the order from the outside in."""
    for split in ("train", "test"):
        write(f"span-1/{split}/cat/a.png", b"")
        write(f"span-1/{split}/dog/b.png", b"")
    assert find_layout(str(tmp_path), "image").splits == ("train", "test")


def test_the_same_span_twice_is_refused(tmp_path, write):
    """span-1 and span-01 would be one span with two contents."""
    write("span-1/cat/a.png", b"")
    write("span-01/cat/a.png", b"")
    with pytest.raises(InputError, match="same span"):
        find_layout(str(tmp_path), "image")


def test_what_is_no_example_is_counted(tmp_path, write):
    """Hidden and system files are passed over, others are counted by suffix."""
    for name in ("cat/a.png", "dog/b.png", "cat/.c.png", "dog/Thumbs.db", ".git/x.png"):
        write(name, b"")
    for name in ("cat/notes.txt", "dog/notes.TXT", "dog/LICENSE", "stray.png", "list.csv"):
        write(name, b"")
    os.mkfifo(tmp_path / "cat" / "pipe.png")
    layout = find_layout(str(tmp_path), "image")
    assert len(layout.files) == 2
    assert layout.ignored == {
        ".csv": 1,
        ".png (no regular file)": 1,
        ".png (outside the class folders)": 1,
        ".txt": 2,
        "no suffix": 1,
    }


def test_links_are_followed_and_loops_end(tmp_path, write):
    """A linked class folder is read, and a folder that holds itself is read once."""
    write("elsewhere/a.png", b"")
    data = tmp_path / "data"
    (data / "dog").mkdir(parents=True)
    (data / "dog" / "b.png").touch()
    (data / "dog" / "again").symlink_to(data / "dog")
    (data / "dog" / "self").symlink_to(data / "dog" / "self")
    (data / "cat").symlink_to(tmp_path / "elsewhere")
    layout = find_layout(str(data), "image")
    assert [file.source for file in layout.files] == ["cat/a.png", "dog/b.png"]


def test_tables_lie_beside_each_other(tmp_path, write):
    """Several tables without names of splits are read together."""
    write("one.csv", "")
    write("two.jsonl", "")
    write("README.md", "")
    layout = find_layout(str(tmp_path), "text")
    assert labels(layout) == [("one.csv", None, None), ("two.jsonl", None, None)]
    assert layout.tables
    assert layout.ignored == {".md": 1}


def test_tables_are_splits_by_name_or_by_folder(tmp_path, write):
    """train.csv is the train split, and so is whatever lies in train/."""
    write("names/train.csv", "")
    write("names/val.tsv", "")
    write("folders/train/1.csv", "")
    write("folders/train/2.csv", "")
    write("folders/test/1.ndjson", "")
    by_name = find_layout(str(tmp_path / "names"), "text")
    by_folder = find_layout(str(tmp_path / "folders"), "text")
    assert labels(by_name) == [("train.csv", "train", None), ("val.tsv", "eval", None)]
    assert [file.split for file in by_folder.files] == ["test", "train", "train"]


def test_a_table_in_the_working_directory_needs_no_folder(tmp_path, write, monkeypatch):
    write("one.csv", "")
    monkeypatch.chdir(tmp_path)
    assert labels(find_layout("one.csv", "text")) == [("one.csv", None, None)]


def test_a_single_table_is_never_a_split(tmp_path, write):
    """train.csv alone is cut into all three splits, named itself or by its folder."""
    table = write("train.csv", "")
    for path in (table, tmp_path):
        layout = find_layout(str(path), "text")
        assert labels(layout) == [("train.csv", None, None)]
        assert layout.root == str(tmp_path)


def test_texts_lie_in_class_folders(tmp_path, write):
    """Without tables, .txt files in folders are the examples."""
    write("train/pos/1.txt", "")
    write("train/neg/1.txt", "")
    write("train/urls.txt", "")
    write("test/pos/1.txt", "")
    layout = find_layout(str(tmp_path), "text")
    assert not layout.tables
    assert len(layout.files) == 3
    assert layout.ignored == {".txt (outside the class folders)": 1}


@pytest.mark.parametrize(
    ("files", "kind", "message"),
    [
        ([], "image", "is empty"),
        (["cat/a.png"], "image", "holds one class, 'cat'; it takes two"),
        (["a.png", "b.png"], "image", "holds no images .* in folders, one folder a class"),
        (["cat/a.txt", "dog/b.webp"], "image", r"other files: 1 x \.txt, 1 x \.webp"),
        (["cat/a.png", "dog/b.txt"], "image", "no images .* for the class 'dog'"),
        (["train/cat/a.png", "train/dog/a.png", "test/x.png"], "image", "/test' holds no images"),
        (["train/cat/a.png", "test/cat/a.png"], "image", "/train' holds one class"),
        (["val/cat/a.png", "test/cat/a.png"], "image", "holds test, val, but no train"),
        (["train/a.csv", "test/x.md"], "text", "/test' holds no table"),
        (["train.csv", "extra.csv"], "text", "must be one each of train, eval, test"),
        (["eval.csv", "test.csv"], "text", "with a train"),
        (["a.csv", "pos/1.txt"], "text", "beside a folder of other examples"),
    ],
)
def test_structural_faults_are_named(tmp_path, write, files, kind, message):
    """Each fault of a layout is said in words, with what is there."""
    for name in files:
        write(name, "")
    with pytest.raises(InputError, match=message):
        find_layout(str(tmp_path), kind)


def test_splits_beside_other_folders_are_refused(tmp_path, write):
    """A third folder beside train and test is neither class nor split."""
    for folder in ("train/cat", "train/dog", "test/cat", "unlabelled/x"):
        write(f"{folder}/a.png", b"")
    with pytest.raises(InputError, match=r"splits \(test, train\) beside .* \(unlabelled\)"):
        find_layout(str(tmp_path), "image")


def test_two_folders_of_one_split_are_refused(tmp_path, write):
    """val and validation mean the same."""
    for folder in ("train", "val", "validation"):
        write(f"{folder}/cat/a.png", b"")
    with pytest.raises(InputError, match="same split"):
        find_layout(str(tmp_path), "image")


def test_a_class_that_train_lacks_is_refused(tmp_path, write):
    """A test class nobody can learn is a mistake of the data."""
    for folder in ("train/cat", "train/dog", "test/cat", "test/wolf"):
        write(f"{folder}/a.png", b"")
    with pytest.raises(InputError, match=r"test' has the class 'wolf', which .*train' lacks"):
        find_layout(str(tmp_path), "image")


def test_paths_of_the_wrong_kind_are_refused(tmp_path, write):
    """Images need a folder, texts a table or a folder, both something that exists."""
    with pytest.raises(InputError, match="nowhere' does not exist"):
        find_layout(str(tmp_path / "nowhere"), "image")
    with pytest.raises(InputError, match="is a file; images come in a folder"):
        find_layout(str(write("a.zip", b"")), "image")
    with pytest.raises(InputError, match=r"no table of texts \(valid: \.csv"):
        find_layout(str(write("a.xlsx", b"")), "text")
