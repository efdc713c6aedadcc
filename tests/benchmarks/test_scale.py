"""The data are what their seed says; bounds are looked at where they mean something."""

import csv
from collections import Counter
from pathlib import Path

import _scale_data
import pytest
import scale
from PIL import Image

from pipeline.load import load_task
from pipeline.task import Direct, Flink

MIB = 2**20


def costs(seconds: float, memory: float) -> dict[str, dict[str, float]]:
    return scale.with_total({"Trainer": {"seconds": seconds, "memory": memory * MIB}})


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("write", [_scale_data.write_images, _scale_data.write_texts])
def test_the_same_seed_makes_the_same_files(tmp_path, write) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write(tmp_path / name, 1_200, seed)
    first, again, other = (contents(tmp_path / name) for name in "abc")
    assert first == again
    assert first.keys() ^ other.keys() or first != other


def test_images_are_shared_out_among_classes_and_folders(tmp_path) -> None:
    _scale_data.write_images(tmp_path / "data", 1_200, 1)
    paths = list((tmp_path / "data").rglob("*.png"))
    assert len(paths) == 1_200
    counts = Counter(path.relative_to(tmp_path / "data").parts[0] for path in paths)
    assert set(counts) == set(_scale_data.CLASSES)
    assert min(counts.values()) > 200
    with Image.open(paths[0]) as image:
        assert (image.size, image.mode) == ((8, 8), "L")


def test_texts_name_their_class_nearly_always(tmp_path) -> None:
    _scale_data.write_texts(tmp_path / "data", 1_200, 1)
    (table,) = (tmp_path / "data").iterdir()
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1_200
    assert {len(row["text"].split()) for row in rows} == {12}
    told = [f"about{_scale_data.CLASSES.index(row['label'])}" in row["text"] for row in rows]
    assert 0.92 < sum(told) / len(told) < 0.99


@pytest.mark.parametrize("runner", [Direct(), Flink(job_server="a:1", parallelism=2, image="b")])
@pytest.mark.parametrize("kind", scale.KINDS)
def test_a_task_file_says_what_the_task_is(tmp_path, kind, runner) -> None:
    task = scale.make_task(kind, tmp_path / "data", runner)
    assert load_task(str(scale._tasks.write(task, tmp_path))) == task
    assert task.training.cache_gib == 0


def test_the_exponent_is_that_of_the_two_largest_sizes() -> None:
    assert scale.exponent([10, 100, 1000], [50, 1, 10]) == pytest.approx(1)
    assert scale.exponent([10, 100, 1000], [50, 1, 100]) == pytest.approx(2)


@pytest.mark.parametrize(
    ("small", "large", "complaints"),
    [
        (costs(10, 100), costs(100, 124), []),
        (costs(10, 100), costs(120, 100), ["time", "time"]),
        (costs(10, 100), costs(100, 126), ["memory", "memory"]),
        # Too short for its time to say anything.
        (costs(0.1, 100), costs(9, 100), []),
    ],
)
def test_a_bound_that_does_not_hold_is_named(small, large, complaints) -> None:
    found = scale.breaches([10, 100], [small, large])
    assert [complaint.split(": ")[1].split()[0] for complaint in found] == complaints


def test_of_one_size_nothing_can_be_said() -> None:
    assert scale.breaches([10], [costs(100, 100)]) == []
    assert "×" not in scale.table([10], [costs(100, 100)])


def test_the_table_has_a_line_a_node() -> None:
    lines = scale.table([10_000, 100_000], [costs(1, 100), costs(20, 150)]).splitlines()
    assert lines[0].split() == ["10,000", "100,000"]
    assert lines[2].split() == ["Trainer", "1.0", "100", "20.0", "150", "1.30", "1.50×"]
    assert lines[3].startswith("all together")
