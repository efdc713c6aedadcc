import os
import shutil

import pytest

from components.example_gen import fingerprint as module
from components.example_gen.fingerprint import fingerprint
from components.example_gen.layout import find_layout


@pytest.fixture
def mark(tmp_path, write):
    """Makes two classes, and returns what takes their fingerprint."""
    write("data/cat/a.png", b"one")
    write("data/dog/b.png", b"two")
    return lambda folder="data": fingerprint(find_layout(str(tmp_path / folder), "image"))


def test_nothing_changes_nothing(tmp_path, mark):
    """Neither time nor a fresh copy changes the fingerprint of the same contents."""
    before = mark()
    os.utime(tmp_path / "data" / "cat" / "a.png", (1, 1))
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    assert mark() == mark("copy") == before


def test_content_counts_even_with_size_and_time_kept(tmp_path, mark):
    """A change of content is seen though the size and the time of modification stay."""
    before = mark()
    path = tmp_path / "data" / "cat" / "a.png"
    state = path.stat()
    path.write_bytes(b"six")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert mark() != before


def test_names_and_files_count(tmp_path, write, mark):
    """A new, a removed and a renamed file each change the fingerprint; an ignored one does not."""
    marks = [mark()]
    write("data/cat/c.png", b"three")
    marks.append(mark())
    (tmp_path / "data" / "cat" / "c.png").rename(tmp_path / "data" / "cat" / "d.png")
    marks.append(mark())
    assert len(set(marks)) == 3
    (tmp_path / "data" / "cat" / "d.png").unlink()
    write("data/cat/notes.md", b"four")
    assert mark() == marks[0]


@pytest.mark.parametrize("limit", ["READ_BYTES", "READ_FILES"])
def test_large_inputs_go_by_time(tmp_path, monkeypatch, mark, limit):
    """Above a limit nothing is read; a rewrite is seen though its mtime was set back."""
    monkeypatch.setattr(module, limit, 0)
    monkeypatch.setattr(module, "_content", None)
    before = mark()
    assert before.startswith("times-")
    assert mark() == before
    path = tmp_path / "data" / "cat" / "a.png"
    state = path.stat()
    path.write_bytes(b"six")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert mark() != before
