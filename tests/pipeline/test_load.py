"""Task files are found by name and loaded with clear words for what is wrong."""

import os

import pytest

from components.errors import InputError
from pipeline.load import load_task, task_names


def complaint(path, source):
    path.write_text(source)
    with pytest.raises(InputError) as caught:
        load_task(str(path))
    return str(caught.value)


@pytest.mark.parametrize("name", task_names())
def test_every_task_file_loads_under_its_own_name(name):
    assert load_task(name).name == name


def test_an_unknown_task_is_named_with_the_closest_known_one():
    with pytest.raises(InputError, match=r"no task 'digit'; did you mean 'digits'\?"):
        load_task("digit")


def test_a_syntax_error_is_named_with_its_line(tmp_path):
    message = complaint(tmp_path / "birds.py", "x = 1\ny = (\n")
    assert "birds.py, line 2" in message


def test_any_other_error_is_named_with_its_line(tmp_path):
    message = complaint(tmp_path / "birds.py", "x = 1\nTASK = Tusk()\n")
    assert "birds.py, line 2: NameError" in message


def test_a_bad_field_is_named_with_the_file(tmp_path):
    source = "from pipeline.task import Training\nTraining(epochs=0)\n"
    message = complaint(tmp_path / "birds.py", source)
    assert "birds.py: Training.epochs = 0" in message


def test_a_file_without_task_is_refused(tmp_path):
    assert "has no TASK" in complaint(tmp_path / "birds.py", "x = 1\n")


def test_an_edit_within_the_same_second_is_seen(tmp_path):
    path = tmp_path / "birds.py"
    source = (
        "from pipeline.task import *\n"
        "TASK = Task(name='birds', data=ImageData(path='a'), features=ImageFeatures(),"
        " model=Model(name='residual_cnn'), seed=1)\n"
    )
    for seed in (1, 2):
        path.write_text(source.replace("seed=1", f"seed={seed}"))
        os.utime(path, (1_000_000_000, 1_000_000_000))
        assert load_task(str(path)).seed == seed


def test_the_tasks_name_is_the_files_name(tmp_path):
    source = "from pipeline.tasks.digits import TASK\n"
    assert "must be the file's name" in complaint(tmp_path / "birds.py", source)
