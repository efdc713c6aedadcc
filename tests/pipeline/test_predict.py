"""A model says what files show, here and by a server, and what cannot be used is named."""

import json

import pytest

from components.errors import InputError
from pipeline.home import RUNS_VARIABLE, Home
from pipeline.predict import predict
from pipeline.task import ImageData, ImageFeatures, Model, Task
from tests.serving import toy
from tests.serving.in_process import running

TASK = Task(
    name=toy.NAME,
    data=ImageData(path="unused"),
    features=ImageFeatures(),
    model=Model(name="residual_cnn"),
)


@pytest.fixture
def pushed(tmp_path, monkeypatch):
    """A task with one pushed version; returns its home."""
    monkeypatch.setenv(RUNS_VARIABLE, str(tmp_path / "runs"))
    home = Home.of(TASK.name)
    home.serving.mkdir(parents=True)
    toy.write(home.serving, 1)
    return home


@pytest.fixture
def images(tmp_path):
    """A folder with two dark images and a light one, one of them in the wrong class."""
    for name, lightness in {"dark/a": 10, "dark/b": 20, "dark/c": 250, "light/d": 240}.items():
        path = tmp_path / "images" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(toy.image(lightness))
    return tmp_path / "images"


def ask(*paths, texts=(), server="", label="stable", as_json=False):
    return predict(TASK, [str(path) for path in paths], texts, server, label, as_json)


def test_classes_are_given_with_what_the_folders_say(pushed, images, capsys):
    assert ask(images) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["dark", "dark", "light", "light"]
    assert [str(images / "dark" / "c.png") in line for line in lines] == [False, False, True, False]
    assert "labelled dark" in lines[2]
    assert last == "3 of 4 are what they are labelled"


def test_one_file_has_no_label(pushed, images, capsys):
    assert ask(images / "dark" / "a.png") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("dark")
    assert "labelled" not in line


def test_a_line_of_json_has_all_probabilities(pushed, images, capsys):
    assert ask(images, as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    files = [(images / name).read_bytes() for name in ("dark/a.png", "dark/b.png")]
    expected = toy.probabilities(pushed.serving / "1", files)
    for line, row in zip(lines, expected, strict=False):
        assert line["probabilities"] == pytest.approx(dict(zip(toy.CLASSES, row, strict=True)))
        assert line["probability"] == line["probabilities"][line["label"]]
    assert [line["true_label"] for line in lines] == ["dark", "dark", "dark", "light"]


def test_what_cannot_be_used_is_named_and_the_others_are_answered(pushed, images, capsys):
    broken = images / "dark" / "e.png"
    broken.write_bytes(b"none")
    assert ask(images) == 2
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 5
    assert printed.err.startswith(f"error: {broken} is no JPEG")


def test_a_server_answers_as_the_model_does(pushed, images, tmp_path, capsys):
    toy.write(pushed.serving, 2)
    config = tmp_path / "models.config"
    config.write_text(toy.config(pushed.serving, stable=1, canary=2))
    assert ask(images, as_json=True) == 0
    here = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    with running(config) as client:
        assert ask(images, server=client.rest, as_json=True) == 0
        served = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert ask(images, server=client.rest, label="canary", as_json=True) == 0
        other = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        with pytest.raises(InputError, match="no_such"):
            ask(images, server=client.rest, label="no_such")
    # Until it is rendered, the newest version is in service here.
    assert [each["probabilities"] for each in other] == [
        pytest.approx(each["probabilities"], abs=1e-5) for each in here
    ]
    assert served[0]["probabilities"] != pytest.approx(here[0]["probabilities"], abs=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "nothing to predict"),
        ({"texts": ["a"]}, "--text: toy is a task of images"),
        ({"server": "http://127.0.0.1:9"}, "--server: nothing listens at http://127.0.0.1:9"),
    ],
)
def test_a_mistake_is_told(pushed, images, options, message):
    with pytest.raises(InputError, match=message):
        ask(*([] if options == {} else [images]), **options)


def test_a_path_that_is_not_there_is_told(pushed):
    with pytest.raises(InputError, match=r"^'/no/such' does not exist"):
        ask("/no/such")


def test_without_a_pushed_version_the_user_learns_how_to_get_one(tmp_path, monkeypatch, images):
    monkeypatch.setenv(RUNS_VARIABLE, str(tmp_path / "runs"))
    with pytest.raises(InputError, match="make run TASK=toy"):
        ask(images)
