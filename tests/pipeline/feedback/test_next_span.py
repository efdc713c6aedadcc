"""The next span holds all of the newest one and what was labelled, and ingest reads it."""

import csv
import io
import os

import pytest
from PIL import Image

from components.errors import InputError
from components.example_gen.ingest import ingest
from components.example_gen.layout import find_layout
from components.example_gen.set_aside import Rejected
from pipeline.feedback import next_span
from pipeline.feedback.next_span import Labelled, write_next_span
from pipeline.task import ImageData, TextData
from tests.pipeline.feedback.conftest import grey


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes files below the data's folder."""

    def write(*names, content=None):
        for name in names:
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(".png"):
                path.write_bytes(grey(100, seed=sum(map(ord, name))))
            else:
                path.write_text(content or f"text of {name}")
        return tmp_path / "data"

    return write


def image_data(path):
    return ImageData(path=str(path)).to_dict()


def text_data(path, **fields):
    return TextData(path=str(path), **fields).to_dict()


def files(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def ingested(data):
    """Returns split and label of each example that ingest reads, by its content."""
    layout = find_layout(data["path"], data["kind"])
    found = {}
    for file in layout.files:
        for outcome in ingest([file], layout.root, data):
            assert not isinstance(outcome, Rejected), outcome
            found[outcome.digest] = file.split, outcome.label
    return layout, list(found.values())


DARK = Labelled(grey(3), "cat")


def test_classes_without_spans_become_the_first(write):
    """In their own folder, where what lay there before is no longer read."""
    data = image_data(write("cat/a.png", "cat/deep/b.png", "dog/a.png", "README.md"))
    span = write_next_span(data, [DARK, Labelled(grey(9), "dog")])
    assert (span.folder.name, span.kept, span.added, span.path) == ("span-1", 3, 2, None)
    layout, found = ingested(data)
    assert layout.span == 1
    assert sorted(found) == [(None, "cat")] * 3 + [(None, "dog")] * 2
    assert "cat/deep/b.png" in files(span.folder) and "README.md" not in files(span.folder)


def test_files_are_links_not_copies(write):
    """The data take no more space; where links are impossible, they are copied."""
    folder = write("cat/a.png", "dog/a.png")
    span = write_next_span(image_data(folder), [DARK])
    assert os.path.samefile(folder / "cat/a.png", span.folder / "cat/a.png")


def test_without_links_files_are_copied(write, monkeypatch):
    def refused(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(next_span.os, "link", refused)
    folder = write("cat/a.png", "dog/a.png")
    span = write_next_span(image_data(folder), [DARK])
    copied = span.folder / "cat/a.png"
    assert copied.read_bytes() == (folder / "cat/a.png").read_bytes()
    assert not os.path.samefile(folder / "cat/a.png", copied)


def test_what_a_symbolic_link_leads_to_is_kept(write, tmp_path):
    """The link itself may lead elsewhere tomorrow."""
    folder = write("cat/a.png", "dog/a.png")
    (tmp_path / "elsewhere.png").write_bytes(grey(50))
    (folder / "cat/b.png").symlink_to("../../elsewhere.png")
    span = write_next_span(image_data(folder), [DARK])
    kept = span.folder / "cat/b.png"
    assert kept.read_bytes() == grey(50) and not kept.is_symlink()


@pytest.mark.parametrize(("newest", "after"), [("span-2", "span-3"), ("span-009", "span-010")])
def test_the_newest_span_is_followed_by_the_next(write, newest, after):
    """Its digits are kept, and only it is."""
    data = image_data(write("span-1/cat/old.png", f"{newest}/cat/a.png", f"{newest}/dog/a.png"))
    span = write_next_span(data, [DARK])
    assert span.folder.name == after and span.kept == 2
    assert "cat/old.png" not in files(span.folder)
    layout, found = ingested(data)
    assert layout.span == int(after[5:]) and len(found) == 3


def test_ready_made_splits_stay_and_new_examples_are_learned(write):
    """They never reach the test."""
    folder = write("Train/cat/a.png", "Train/dog/a.png", "test/cat/b.png", "test/dog/b.png")
    span = write_next_span(image_data(folder), [DARK])
    _, found = ingested(image_data(folder))
    assert sorted(found) == [
        *[("test", "cat"), ("test", "dog")],
        *[("train", "cat"), ("train", "cat"), ("train", "dog")],
    ]
    assert {path.split("/")[0] for path in files(span.folder)} == {"Train", "test"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_images_are_called_what_they_are(write, kind):
    """By content: ingest goes by suffix first."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(file, kind)
    data = image_data(write("cat/a.png", "dog/a.png"))
    write_next_span(data, [Labelled(file.getvalue(), "cat")])
    assert sorted(ingested(data)[1]) == [(None, "cat"), (None, "cat"), (None, "dog")]


def test_a_new_class_is_a_new_folder(write):
    data = image_data(write("cat/a.png", "dog/a.png"))
    write_next_span(data, [Labelled(grey(3), "a bird")])
    assert (None, "a bird") in ingested(data)[1]


def test_texts_in_folders_stay_files(write):
    data = text_data(write("neg/a.txt", "pos/a.txt"))
    write_next_span(data, [Labelled("so\r\nso ä".encode(), "neg")])
    assert sorted(ingested(data)[1]) == [(None, "neg"), (None, "neg"), (None, "pos")]


TEXT = '"quoted",\r\n\tä\rb\x00 \u2028 end'


def test_texts_in_tables_become_a_table(write):
    """With the task's columns, whatever the text has in it; its group is its own."""
    folder = write("one.csv", content="body,class,author\ngood,pos,x\nbad,neg,y\n")
    columns = {"text_column": "body", "label_column": "class", "group_column": "author"}
    data = text_data(folder, **columns)
    span = write_next_span(data, [Labelled(TEXT.encode(), "pos"), Labelled(b"so", "neg")])
    assert files(span.folder) == ["feedback-span-1.csv", "one.csv"]
    with (span.folder / "feedback-span-1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["body"], row["class"]) for row in rows] == [(TEXT, "pos"), ("so", "neg")]
    assert rows[0]["author"] != rows[1]["author"]
    assert sorted(ingested(data)[1]) == [(None, "neg")] * 2 + [(None, "pos")] * 2
    write_next_span(data, [Labelled(b"again", "pos")])
    assert len(ingested(data)[1]) == 5


def test_tables_that_are_splits_by_name_become_folders_of_splits(write):
    """Beside them, a table of another name would be refused."""
    folder = write("train.csv", "test.csv", content="text,label\na good one,pos\na bad one,neg\n")
    data = text_data(folder)
    span = write_next_span(data, [Labelled(b"so", "neg")])
    assert files(span.folder) == ["test/test.csv", "train/feedback-span-1.csv", "train/train.csv"]
    layout, _ = ingested(data)
    assert layout.splits == ("train", "test")
    span = write_next_span(data, [Labelled(b"la", "neg")])
    assert "train/feedback-span-2.csv" in files(span.folder)
    assert "train/feedback-span-1.csv" in files(span.folder)


@pytest.mark.parametrize("name", ["train.csv", "all.jsonl"])
def test_a_table_that_is_the_path_itself_gets_a_folder(tmp_path, name):
    """Its name without the suffix; the task has to be told."""
    path = tmp_path / name
    text = "text,label\ngood,pos\nbad,neg\n"
    if name.endswith("jsonl"):
        text = '{"text": "good", "label": "pos"}\n{"text": "bad", "label": "neg"}\n'
    path.write_text(text)
    span = write_next_span(text_data(path), [Labelled(b"so", "neg")])
    assert span.path == path.with_suffix("") and span.folder == span.path / "span-1"
    layout, found = ingested(text_data(span.path))
    assert (layout.span, layout.splits, len(found)) == (1, (), 3)
    with pytest.raises(InputError, match="is a single table, so its spans would lie in"):
        write_next_span(text_data(path), [Labelled(b"la", "neg")])


def test_a_span_appears_whole_or_not_at_all(write, monkeypatch):
    """Nothing is left of one that failed, and what was there is untouched."""
    folder = write("cat/a.png", "dog/a.png")

    def full(*_):
        raise OSError(28, "No space left on device")

    for name in ("_add_files", "_link"):
        with monkeypatch.context() as patch:
            patch.setattr(next_span, name, full)
            with pytest.raises(InputError, match="No space left on device"):
                write_next_span(image_data(folder), [DARK])
        assert sorted(os.listdir(folder)) == ["cat", "dog"]


def test_nothing_is_left_of_a_table_either(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("text,label\ngood,pos\nbad,neg\n")
    monkeypatch.setattr(next_span, "_add_rows", lambda *_: os.stat("/nowhere"))
    with pytest.raises(InputError):
        write_next_span(text_data(path), [Labelled(b"so", "neg")])
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_link_is_never_written_through(write):
    """A file of the same content is there already under the name that it would have."""
    folder = write("cat/a.png", "dog/a.png")
    first = write_next_span(image_data(folder), [DARK])
    second = write_next_span(image_data(folder), [DARK])
    (name,) = (each for each in files(first.folder) if each.startswith("cat/r"))
    assert os.path.samefile(first.folder / name, second.folder / name)
