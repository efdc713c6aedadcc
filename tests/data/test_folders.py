"""A folder appears whole or not at all, also when two processes make it."""

from pathlib import Path

import pytest

from data import folders


def test_the_folder_appears_only_at_the_end(tmp_path: Path) -> None:
    """Inside the block the folder does not exist; after it, it holds what was written."""
    target = tmp_path / "made"
    with folders.whole(target) as aside:
        (aside / "a.txt").write_text("a")
        assert not target.exists()
        assert aside.parent == tmp_path, "a rename across file systems is not atomic"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert (target / "a.txt").read_text() == "a"


def test_the_one_who_finishes_first_wins(tmp_path: Path) -> None:
    """A folder that another process finished in the meantime stays; ours is removed."""
    target = tmp_path / "made"
    with folders.whole(target) as ours:
        (ours / "a.txt").write_text("ours")
        with folders.whole(target) as theirs:
            (theirs / "a.txt").write_text("theirs")
    assert (target / "a.txt").read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    """A file of that name is neither overwritten nor taken for the folder."""
    target = tmp_path / "made"
    target.write_text("a file")
    with pytest.raises(OSError), folders.whole(target):
        pass
    assert target.read_text() == "a file"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
