"""A task's place is claimed by one run, and checked before it."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from components.errors import InputError
from pipeline import workplace
from pipeline.home import Home
from pipeline.load import load_task
from pipeline.workplace import claimed, make_data, temporary_files_removed


@pytest.fixture
def home(tmp_path):
    return Home("birds", tmp_path / "runs")


def complaint(home):
    with pytest.raises(InputError) as caught, claimed(home):
        pass
    return str(caught.value)


def test_a_second_run_of_the_same_task_is_refused_and_told_of_the_first(home):
    code = (
        "import sys, time; from pathlib import Path; from pipeline.home import Home;"
        "from pipeline.workplace import claimed\n"
        "with claimed(Home('birds', Path(sys.argv[1]))): print('in', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(home.runs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "in\n"
        message = complaint(home)
        first.kill()
    assert f"another run of birds is going on (process {first.pid})" in message
    with claimed(home):
        pass


def test_two_tasks_do_not_hinder_each_other(home):
    with claimed(home), claimed(Home("bees", home.runs)):
        assert home.root.is_dir()


def test_locked_metadata_are_named(home):
    home.root.mkdir(parents=True)
    holder = sqlite3.connect(home.metadata.path, isolation_level=None)
    holder.execute("CREATE TABLE t (x)")
    holder.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    message = complaint(home)
    holder.close()
    assert "metadata.sqlite: database is locked" in message
    assert time.monotonic() - start < 20


def test_a_file_that_is_no_metadata_is_named(home):
    home.root.mkdir(parents=True)
    home.metadata.path.write_bytes(b"these are not the metadata you look for" * 100)
    assert "not ML Metadata" in complaint(home)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "runs").write_text("a file in the way")
    message = complaint(Home("birds", tmp_path / "runs"))
    assert str(tmp_path / "runs" / "birds") in message
    assert "cannot write there" in message


def test_a_full_disk_is_named(home, monkeypatch):
    monkeypatch.setattr(workplace, "MIN_FREE_BYTES", 2**80)
    assert "are free; a run needs at least" in complaint(home)


@pytest.mark.parametrize(
    ("name", "fetched"),
    [
        ("cifar10", "cifar10"),
        ("cifar10_quick", "cifar10"),
        ("imdb", "imdb"),
        ("imdb_text_cnn", "imdb"),
    ],
)
def test_data_that_must_be_fetched_are_asked_for(tmp_path, name, fetched):
    task = load_task(name)
    task = task.replace(data=task.data.replace(path=str(tmp_path / fetched)))
    with pytest.raises(InputError, match=f"make data TASK={fetched}$"):
        make_data(task)


def test_data_that_cannot_be_written_are_an_error_in_words(tmp_path):
    (tmp_path / "full").write_text("a file in the way")
    task = load_task("digits")
    task = task.replace(data=task.data.replace(path=str(tmp_path / "full" / "digits")))
    with pytest.raises(InputError, match=r"data\.path = '.*digits': .*File exists"):
        make_data(task)


def test_what_is_left_in_the_temporary_folder_is_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    elsewhere = "import tempfile; print(tempfile.mkdtemp())"
    with temporary_files_removed():
        left = [tempfile.mkdtemp(), subprocess.check_output([sys.executable, "-c", elsewhere])]
        assert Path(left[0]).is_dir()
        assert Path(left[1].decode().strip()).parent == Path(left[0]).parent
    assert list(tmp_path.iterdir()) == []
    assert Path(tempfile.gettempdir()) == tmp_path
