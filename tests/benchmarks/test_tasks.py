"""Benchmarks cut tasks down, write them as files, and read what their runs print."""

import json
from pathlib import Path

import _tasks
import pytest

from components.errors import InputError
from pipeline.load import load_task
from pipeline.task import ImageData, ImageFeatures, Model, Task, Training

OUTPUT = """\
✓ ExampleGen         12.5 s  60,000 examples
✓ StatisticsGen     cached
✓ Trainer           100.0 s  epoch 4/4: loss 0.9, eval accuracy 0.771

BLESSED  cifar10_quick
  Accuracy 0.7755 on 10,000 examples reaches the floor of 0.7000.

eval     %s/index.html
"""


def task_of(folder: Path, **fields: object) -> Task:
    return Task(
        name="shapes",
        data=ImageData(path=str(folder), **fields),
        features=ImageFeatures(height=8, width=8),
        model=Model(name="residual_cnn", options={"width": 8}),
        training=Training(epochs=2),
    )


def test_a_task_that_is_cut_down_keeps_the_same_share_of_each_folder(tmp_path: Path) -> None:
    for folder, count in (("train/a", 20), ("train/b", 10), ("test/a", 1)):
        (tmp_path / "all" / folder).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "all" / folder / f"{number:02}.png").write_text(f"{folder} {number}")
    task = _tasks.cut_down(task_of(tmp_path / "all"), 15, tmp_path / "few")
    kept = {
        folder: sorted(path.name for path in (tmp_path / "few" / folder).iterdir())
        for folder in ("train/a", "train/b", "test/a")
    }
    assert [len(names) for names in kept.values()] == [10, 5, 1]
    assert kept["train/b"] == ["00.png", "01.png", "02.png", "03.png", "04.png"]
    assert (tmp_path / "few/train/b/04.png").read_text() == "train/b 4"
    assert task == task_of(tmp_path / "few")


def test_a_single_file_is_not_cut_down(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("text,label\n")
    with pytest.raises(InputError, match=r"table\.csv"):
        _tasks.cut_down(task_of(tmp_path / "table.csv"), 10, tmp_path / "few")


def test_the_file_of_a_task_holds_the_same_task(tmp_path: Path) -> None:
    task = task_of(tmp_path)
    assert load_task(str(_tasks.write(task, tmp_path))) == task


def test_a_run_is_read_from_what_it_prints_and_from_its_evaluation(tmp_path: Path) -> None:
    gate = {"decision": {"overall": {"accuracy": {"value": 0.7755}}}}
    (tmp_path / "gate.json").write_text(json.dumps(gate))
    run = _tasks.read(OUTPUT % tmp_path, 120.0)
    assert run == _tasks.Run(120.0, {"ExampleGen": 12.5, "Trainer": 100.0}, 0.7755)


def test_missing_data_are_said_in_words_and_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The benchmark goes on without, so that `make bench` gets to the next one."""
    task = task_of(tmp_path / "cifar10", source="data.fetch:ask_for")
    assert _tasks.load("a_benchmark", str(_tasks.write(task, tmp_path)), None, tmp_path) is None
    words, line = capsys.readouterr().out.splitlines()
    assert "make data TASK=cifar10" in words
    assert json.loads(line)["benchmark"] == "a_benchmark"
    assert "make data TASK=cifar10" in json.loads(line)["skipped"]
