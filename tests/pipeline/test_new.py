import ast
import io
import sys
import types

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from components.errors import InputError
from pipeline.new import new
from pipeline.task import ImageFeatures, TextFeatures


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def load(monkeypatch):
    """Executes a task file with a stand-in for the runner; returns its TASK."""
    runner = types.ModuleType("pipeline.run_local")
    runner.main = lambda task: None
    monkeypatch.setitem(sys.modules, "pipeline.run_local", runner)

    def run(path):
        names = {"__name__": "task"}
        exec(compile(path.read_text(), str(path), "exec"), names)
        return names["TASK"]

    return run


def write_images(folder, **counts):
    """Writes images of 20 x 40 pixels, so many a class."""
    for label, count in counts.items():
        (folder / label).mkdir(parents=True)
        for number in range(count):
            pixels = np.full((40, 20), number, np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}.png")


def test_images_make_a_task_that_loads(tmp_path, console, load):
    """Size is the median's nearest power of two, the floor lies above the majority's share."""
    write_images(tmp_path / "data" / "pets", cat=6, dog=2)
    task = load(new("pets", str(tmp_path / "data" / "pets"), tmp_path, console))
    assert task.name == "pets"
    assert task.data.path == "data/pets"
    assert task.features == ImageFeatures(height=32, width=16)
    assert task.model.name == "residual_cnn"
    assert task.evaluation.min_accuracy == 0.8


def test_a_table_makes_a_task_that_loads(tmp_path, console, load):
    """The columns are guessed and said; the length is that of nearly all texts."""
    verdicts = ["good", "bad", "fair"]
    rows = [f"{n},{'word ' * (n % 20 + 1)},{verdicts[n % 3]}\n" for n in range(100)]
    (tmp_path / "reviews.csv").write_text("id,review,verdict\n" + "".join(rows))
    task = load(new("reviews", str(tmp_path / "reviews.csv"), tmp_path / "root", console))
    assert task.data.path == str(tmp_path / "reviews.csv")
    assert (task.data.text_column, task.data.label_column) == ("review", "verdict")
    assert task.features == TextFeatures(length=20)
    assert task.model.name == "text_cnn"
    assert "text_column='review', label_column='verdict'" in console.file.getvalue()


def test_what_was_found_is_said(tmp_path, console):
    """Layout, splits, ten classes and how many more, the size, and broken files with reasons."""
    write_images(tmp_path / "data", **{f"class{n:02}": 13 - n for n in range(12)})
    (tmp_path / "data" / "class00" / "bad[1].png").touch()
    new("many", str(tmp_path / "data"), tmp_path, console)
    said = console.file.getvalue()
    for line in (
        "91 images in folders of classes",
        "splits: none, cut by content",
        "12 classes:",
        "  class00: 14",
        "  class09: 4",
        "  … and 2 more",
        "median size: 20 x 40 pixels",
        "broken: 1 of the 91 that were opened",
        "  class00/bad[1].png: is empty (0 bytes)",
    ):
        assert line in said.splitlines()
    assert "class10" not in said


def test_the_file_has_the_shape_of_every_task_file(tmp_path, console):
    """Docstring with the command, two imports, TASK, main; no line is too long."""
    write_images(tmp_path / "x", **{f"a quite long name of a class {n}": 2 for n in range(9)})
    text = new("long_names", str(tmp_path / "x"), tmp_path, console).read_text()
    module = ast.parse(text)
    assert [type(node).__name__ for node in module.body] == [
        *("Expr", "ImportFrom", "ImportFrom", "Assign", "If")
    ]
    first, _, command = ast.get_docstring(module).splitlines()
    assert first.startswith("Which of 9 classes an image shows: a quite long name of a class 0, ")
    assert first.endswith(", ….")
    assert command == "Command: make run TASK=long_names"
    assert max(map(len, text.splitlines())) <= 100


def test_long_calls_are_broken_as_ruff_would(tmp_path, console, load):
    """A call that does not fit on a line has one argument a line, each with a comma."""
    folder = tmp_path / ("long" * 10) / ("path" * 10)
    write_images(folder, cat=2, dog=2)
    path = new("pets", str(folder), tmp_path / "root", console)
    assert f'    data=ImageData(\n        path="{folder}",\n    ),\n' in path.read_text()
    assert load(path).data.path == str(folder)


@pytest.mark.parametrize("name", ["Pets", "9pets", "pe-ts", "../pets", "", "class"])
def test_names_that_are_no_module_are_refused(tmp_path, console, name):
    """A task's name is the name of its file, of its pipeline and of its folders."""
    write_images(tmp_path / "data", cat=2, dog=2)
    with pytest.raises(InputError, match="name = "):
        new(name, str(tmp_path / "data"), tmp_path, console)
    assert not list(tmp_path.rglob("*.py"))


def test_a_task_is_never_overwritten(tmp_path, console):
    """A second call with the same name is refused and changes nothing."""
    write_images(tmp_path / "data", cat=2, dog=2)
    path = new("pets", str(tmp_path / "data"), tmp_path, console)
    path.write_text("edited")
    with pytest.raises(InputError, match=r"pets\.py exists"):
        new("pets", str(tmp_path / "data"), tmp_path, console)
    assert path.read_text() == "edited"
    assert [p.name for p in path.parent.iterdir()] == ["pets.py"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path, console):
    """What stands in the way of the tasks' folder is an input error."""
    write_images(tmp_path / "data", cat=2, dog=2)
    (tmp_path / "pipeline").write_text("")
    with pytest.raises(InputError, match="cannot be written: "):
        new("pets", str(tmp_path / "data"), tmp_path, console)


def test_bad_data_is_told_before_anything_is_written(tmp_path, console):
    """A missing path and a single class are errors of the data."""
    with pytest.raises(InputError, match="does not exist"):
        new("pets", str(tmp_path / "nowhere"), tmp_path, console)
    write_images(tmp_path / "data", cat=2)
    with pytest.raises(InputError, match="one class, 'cat'"):
        new("pets", str(tmp_path / "data"), tmp_path, console)
    assert not (tmp_path / "pipeline").exists()
