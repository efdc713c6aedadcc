"""Files are given back as they were added, by place, slice and in order."""

import random

import pytest

from components.example_gen.files import File, Files

FILES = [
    File("train/größe/1.png", "train", "größe"),
    File("test/b/2.png", "test", "b"),
    # A name that is not valid UTF-8, as Python has it.
    File("test/b/\udcff.png", "test", "b"),
    File("tables/a.csv", None, None),
]


def test_files_come_back_as_they_were_added():
    files = Files(FILES)
    assert list(files) == FILES
    assert [files[place] for place in range(-4, 4)] == FILES * 2
    assert files[1:3] == FILES[1:3]
    assert files == Files(FILES) != Files(FILES[:3])
    assert sorted(random.Random(0).sample(files, 4), key=FILES.index) == FILES
    for place in (4, -5):
        with pytest.raises(IndexError):
            files[place]


def test_every_pair_of_a_split_and_a_class_is_known():
    assert list(Files(FILES).groups) == [("train", "größe"), ("test", "b"), (None, None)]
    assert not list(Files().groups) and not len(Files())


def test_one_file_is_the_first_and_the_last():
    files = Files(FILES[:1])
    assert files[0] == files[-1] == FILES[0]
