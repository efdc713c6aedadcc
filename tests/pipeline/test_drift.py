"""Examples are compared without a run: whatever form they have, and whatever is known of them."""

import io
import json
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.drift_report import model_view
from components.drift_report.model_view import View
from components.errors import InputError
from pipeline.drift import drift
from pipeline.execute import RunFailed
from pipeline.home import Home

NO_DRIFT, DRIFT = 0, 3
WORDS = ["good", "bad", "film", "story", "acting", "plot", "long", "short"]


def images(count, seed=0, level=100):
    """Returns files of noise around a grey level."""
    random = np.random.default_rng(seed)
    files = []
    for _ in range(count):
        pixels = np.clip(random.normal(level, 40, (8, 8, 3)), 0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        files.append(file.getvalue())
    return files


def folder(path, contents, label=""):
    """Writes files into a folder, in one of a class if there is a label."""
    (path / label).mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(contents):
        (path / label / f"{number}.png").write_bytes(content)
    return str(path)


def table(path, count, seed=0, words=WORDS, header="text"):
    random = np.random.default_rng(seed)
    rows = [" ".join(random.choice(words, 6)) for _ in range(count)]
    path.write_text("\n".join([header, *rows]) + "\n")
    return str(path)


def records(path, contents, **features):
    with tf.io.TFRecordWriter(str(path)) as writer:
        for each in serialized(contents, **features):
            writer.write(each)
    return str(path)


def serialized(contents, label=None, kind="image", **numbers):
    made = []
    for content in contents:
        example = tf.train.Example()
        example.features.feature[kind].bytes_list.value.append(content)
        if label:
            example.features.feature["label"].bytes_list.value.append(label.encode())
        for name, value in numbers.items():
            example.features.feature[name].float_list.value.append(value)
        made.append(example.SerializeToString())
    return made


def report_in(path):
    """Returns the only report below a folder, beside its page."""
    (found,) = path.rglob("drift.json")
    assert found.with_name("index.html").stat().st_size > 10_000
    return json.loads(found.read_text())


def drifted(report):
    return {finding["name"] for finding in report["findings"] if finding["drifted"]}


class SeesBrightness:
    """A model that takes bright images for dogs."""

    embeds = True

    def __init__(self, folder):
        self.folder = folder

    def look(self, serialized):
        examples = [tf.train.Example.FromString(each).features.feature for each in serialized]
        means = np.array([each["brightness"].float_list.value[0] for each in examples])
        dog = 1 / (1 + np.exp(-20 * (means - 0.4)))
        probabilities = np.stack([1 - dog, dog], axis=1).astype(np.float32)
        return View(means[:, None].astype(np.float32), probabilities, ["cat", "dog"])


@pytest.fixture
def model(monkeypatch):
    monkeypatch.setattr(model_view, "ModelView", SeesBrightness)


@pytest.fixture
def pets(past, model):
    """The past of the task `pets`: a model in service, and what it learned from."""
    made = past("pets")
    complete = {"brightness": 0.39, "label": "cat"}
    made.pushed(
        made.examples(
            span=4,
            train=serialized(images(60, seed=1), **complete),
            eval=serialized(images(30, seed=2), **complete),
            test=serialized(images(30, seed=3), **complete),
        )
    )
    return made


def test_new_images_are_held_against_what_the_model_was_evaluated_on(
    image_task, pets, tmp_path, capsys
):
    new = folder(tmp_path / "new", images(40, level=160))
    assert drift(image_task, new, None, None) == DRIFT
    report = report_in(pets.home.drift)
    assert report["reference"] == {
        "name": "span 4, which the model in service learned from",
        "examples": 60,
        "examined": 60,
    }
    assert (report["current"]["name"], report["current"]["examples"]) == (f"folder {new}", 40)
    assert report["model"] == str(pets.home.serving / "17")
    assert {"embedding", "brightness", "predicted_class"} <= drifted(report)
    # Nobody has labelled them: the mix is not compared, and the accuracy a guess.
    assert "label" not in {finding["name"] for finding in report["findings"]}
    assert report["accuracy"]["measured"] is None
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "DRIFT  pets"
    assert printed[1].startswith(f"  Folder {new} has drifted: ")
    moved = [line.split()[0] for line in printed if "0.00" in line]
    assert {"Embedding", "brightness"} <= set(moved)
    assert any(line.startswith("accuracy about ") for line in printed)
    assert any(line.startswith("advice   ") for line in printed)
    assert printed[-1].startswith("page     ") and printed[-1].endswith("/index.html")
    (log,) = pets.home.logs.iterdir()
    assert log.suffix == ".log"


def test_images_like_the_known_ones_have_not_drifted(image_task, tmp_path, capsys):
    old = folder(tmp_path / "old", images(80, seed=1))
    new = folder(tmp_path / "new", images(50, seed=2))
    assert drift(image_task, new, old, tmp_path / "out") == NO_DRIFT
    assert report_in(tmp_path / "out")["verdict"] == "none"
    assert capsys.readouterr().out.startswith("NO DRIFT  pets\n")


def test_without_a_run_a_fixed_view_serves(image_task, tmp_path, capsys):
    old = folder(tmp_path / "old", images(40, seed=1))
    new = folder(tmp_path / "new", images(40, seed=2, level=160))
    assert drift(image_task, new, old, tmp_path / "out") == DRIFT
    report = report_in(tmp_path / "out")
    assert report["model"] is None
    problem = "model in service: not asked, as none is in service; a fixed view stands in"
    assert report["problems"][0] == problem
    assert problem in capsys.readouterr().out


def test_too_few_examples_are_no_drift_and_it_is_said(image_task, tmp_path, capsys):
    old = folder(tmp_path / "old", images(60, seed=1))
    new = folder(tmp_path / "new", images(5, seed=2))
    assert drift(image_task, new, old, tmp_path / "out") == NO_DRIFT
    assert "Too few examples to say, 5 against 60: it takes 20 of each." in capsys.readouterr().out


def test_what_the_model_has_learned_is_left_out_of_both_paths(image_task, pets, tmp_path):
    learned = images(60, seed=1)
    old = folder(tmp_path / "old", [*learned, *images(40, seed=5)])
    new = folder(tmp_path / "new", [*learned[:10], *images(30, seed=6)])
    drift(image_task, new, old, tmp_path / "out")
    report = report_in(tmp_path / "out")
    assert (report["reference"]["examples"], report["current"]["examples"]) == (40, 30)
    assert report["model"]
    assert report["problems"][:2] == [
        f"folder {old}: 60 examples that the model in service has learned from, left out",
        f"folder {new}: 10 examples that the model in service has learned from, left out",
    ]


def test_a_model_that_has_learned_all_of_a_side_is_not_asked(image_task, pets, tmp_path):
    old = folder(tmp_path / "old", images(60, seed=1))
    new = folder(tmp_path / "new", images(30, seed=6))
    assert drift(image_task, new, old, tmp_path / "out") == NO_DRIFT
    report = report_in(tmp_path / "out")
    assert report["model"] is None and report["reference"]["examples"] == 60
    assert report["problems"][0] == (
        f"model in service: not asked, as it has learned from the examples of folder {old}; a "
        "fixed view stands in"
    )


def test_of_ready_made_splits_those_that_training_holds_out_are_compared(
    image_task, pets, tmp_path
):
    new = tmp_path / "new"
    for split, seed in (("train", 7), ("test", 8)):
        for label in ("cat", "dog"):
            folder(new / split, images(20, seed=seed + ord(label[0])), label)
    drift(image_task, str(new), None, tmp_path / "out")
    assert report_in(tmp_path / "out")["current"] == {
        "name": f"folder {new} (test)",
        "examples": 40,
        "examined": 40,
    }


def test_labels_that_come_along_are_compared_and_tell_the_accuracy(image_task, pets, tmp_path):
    new = tmp_path / "new"
    folder(new, images(20, seed=7), "cat")
    folder(new, images(20, seed=8, level=160), "dog")
    drift(image_task, str(new), None, tmp_path / "out")
    report = report_in(tmp_path / "out")
    assert "label" in drifted(report)
    assert report["accuracy"]["measured"] > 0.7


def test_logged_requests_are_measured_as_ingest_measures(image_task, tmp_path):
    """Training-serving skew: the requests hold the images alone."""
    old = folder(tmp_path / "old", images(60, seed=1))
    requests = tmp_path / "requests.tfrecord"
    for level, verdict in ((100, "none"), (160, "drift")):
        records(requests, images(60, seed=2, level=level))
        drift(image_task, str(requests), old, tmp_path / "out")
        report = report_in(tmp_path / "out")
        assert report["verdict"] == verdict
        assert {"brightness", "contrast", "sharpness"} <= {
            finding["name"] for finding in report["findings"]
        }
        assert not any("missing" in problem for problem in report["problems"])


def test_what_the_requests_say_of_themselves_is_held_against_what_was_trained_with(
    image_task, tmp_path
):
    """A client that measures brightness otherwise is the skew to be found."""
    old = folder(tmp_path / "old", images(60, seed=1))
    requests = records(tmp_path / "a.tfrecord", images(60, seed=2), brightness=99.0)
    assert drift(image_task, requests, old, tmp_path / "out") == DRIFT
    assert drifted(report_in(tmp_path / "out")) == {"brightness"}


def test_texts_of_a_table_need_no_labels(text_task, tmp_path):
    old = table(tmp_path / "old.csv", 80, seed=1)
    same = table(tmp_path / "same.csv", 50, seed=2)
    other = table(tmp_path / "other.csv", 50, seed=2, words=["def", "return", "class", "self"])
    assert drift(text_task, same, old, tmp_path / "same") == NO_DRIFT
    assert drift(text_task, other, old, tmp_path / "other") == DRIFT
    assert report_in(tmp_path / "other")["summary"].startswith(f"File {other} has drifted: ")


def test_a_bounded_part_is_looked_at(image_task, tmp_path):
    task = image_task.replace(drift=image_task.drift.replace(max_examples=100))
    old = folder(tmp_path / "old", images(130, seed=1))
    new = folder(tmp_path / "new", images(40, seed=2))
    drift(task, new, old, tmp_path / "out")
    assert report_in(tmp_path / "out")["reference"] == {
        "name": f"folder {old}",
        "examples": 130,
        "examined": 100,
    }


def test_broken_files_are_counted_and_named(image_task, tmp_path, capsys):
    old = folder(tmp_path / "old", images(40, seed=1))
    new = folder(tmp_path / "new", [*images(40, seed=2), *[b"broken"] * 6, b""])
    drift(image_task, new, old, tmp_path / "out")
    [problem] = [p for p in report_in(tmp_path / "out")["problems"] if "cannot be used" in p]
    assert problem.startswith(f"folder {new}: 7 examples cannot be used: 40.png is no JPEG")
    assert problem.endswith("; and 2 more")
    assert problem in capsys.readouterr().out


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ([], "holds no images"),
        ([images(1)[0]], "holds 1 example that can be used; it takes at least 2$"),
        ([b"x", b""], "holds 0 examples that can be used; it takes at least 2: 0.png is no"),
    ],
)
@pytest.mark.parametrize("option", ["--current", "--reference"])
def test_a_side_without_two_examples_is_refused(image_task, tmp_path, contents, message, option):
    good, bad = folder(tmp_path / "good", images(5)), folder(tmp_path / "bad", contents)
    paths = (bad, good) if option == "--current" else (good, bad)
    with pytest.raises(InputError, match=f"^{option} = .*bad' {message}"):
        drift(image_task, *paths, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_records_that_are_none_are_refused(image_task, tmp_path):
    old = folder(tmp_path / "old", images(5))
    path = tmp_path / "new.tfrecord"
    path.write_bytes(b"")
    with pytest.raises(InputError, match="holds 0 examples that can be used"):
        drift(image_task, str(path), old, None)
    records(path, [b"some text"] * 3, kind="text")
    with pytest.raises(InputError, match=r"record 1 has no bytes in a feature 'image' \(its feat"):
        drift(image_task, str(path), old, None)


def test_other_mistakes_are_refused(image_task, text_task, tmp_path):
    good = folder(tmp_path / "good", images(5))
    texts = table(tmp_path / "texts.csv", 5)
    wrong = table(tmp_path / "wrong.csv", 5, header="review")
    with pytest.raises(InputError, match=r"^--current = 'nowhere' does not exist"):
        drift(image_task, "nowhere", good, None)
    with pytest.raises(InputError, match=r"^--reference = 'nowhere' does not exist"):
        drift(image_task, good, "nowhere", None)
    with pytest.raises(InputError, match=r"^--current = .*texts\.csv' holds no images"):
        drift(image_task, texts, good, None)
    with pytest.raises(InputError, match=r"text_column = 'text': wrong\.csv has no such column"):
        drift(text_task, wrong, texts, None)
    with pytest.raises(InputError, match="--reference: missing, and no run of pets has examples"):
        drift(image_task, good, None, None)
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InputError, match=r"file/index.html cannot be written: "):
        drift(image_task, good, good, file)


def test_what_nobody_foresaw_leaves_its_traceback_in_the_log(image_task, tmp_path, monkeypatch):
    def explode(*arguments):
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("components.drift_report.assess.view_of_images", explode)
    good = folder(tmp_path / "good", images(5))
    # The process's own, rather than the one of pytest.
    with open(2, "w", closefd=False) as errors:
        monkeypatch.setattr(sys, "stderr", errors)
        with pytest.raises(RunFailed, match=r"drift: ZeroDivisionError: of all things\nlog: .*log"):
            drift(image_task, good, good, None)
    (log,) = Home.of("pets").logs.iterdir()
    assert "Traceback" in log.read_text()
