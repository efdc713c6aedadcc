"""Every file is in one batch, batches are of one split, and the order is fixed, but not sorted."""

import random

import pytest

from components.example_gen.files import File, Layout
from components.example_gen.listing import read_batch, write_listing


def layout(files: list[File], *, tables: bool = False, splits: tuple[str, ...] = ()) -> Layout:
    return Layout("data", tables, 0, splits, tuple(files), {})


@pytest.fixture
def listed(tmp_path):
    """Returns the files of each batch of a layout."""

    def read(of: Layout) -> list[list[File]]:
        path = str(tmp_path / "files")
        return [list(read_batch(path, batch)) for batch in write_listing(of, path)]

    return read


def test_files_come_in_an_order_that_their_names_alone_decide(listed):
    files = [
        File(f"{label}/größe {n}\n.png", None, label) for label in ("a", "b") for n in range(200)
    ]
    batches = listed(layout(files))
    assert [len(batch) for batch in batches] == [64] * 6 + [16]
    found = [file for batch in batches for file in batch]
    assert sorted(found) == sorted(files)
    assert 20 < sum(file.label == "a" for batch in batches[:1] for file in batch) < 44
    random.Random(0).shuffle(files)
    assert listed(layout(files)) == batches


def test_a_batch_has_files_of_one_split(listed):
    files = [File(f"{split}/{n}.txt", split, "x") for split in ("train", "test") for n in range(70)]
    batches = listed(layout(files, splits=("train", "test")))
    assert [{file.split for file in batch} for batch in batches] == [{"train"}] * 2 + [{"test"}] * 2


def test_a_table_is_a_batch_of_its_own(listed):
    files = [File(f"{n}.csv", None, None) for n in range(3)]
    assert sorted(listed(layout(files, tables=True))) == [[file] for file in files]
