"""From logged requests to the next span, by a script, in rounds that go on."""

import csv
import json

import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.errors import InputError
from pipeline.feedback.command import feedback
from pipeline.serving_config.release import Release, models_config
from pipeline.serving_config.render import folder_of
from pipeline.task import ImageData
from tests.pipeline.feedback.conftest import example, grey, write_model

LEVELS = [5, 100, 120, 140, 160, 250]
"""Of the requests; the model is unsure in the middle."""


@pytest.fixture
def in_service(past, image_task, tmp_path):
    """A task with data, a model in service, its examples, and logged requests."""
    for name, level in (("dark/a", 10), ("dark/b", 20), ("light/a", 240), ("light/b", 230)):
        path = tmp_path / "data" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(grey(level))
    made = past("pets")
    write_model(made.home.serving / "17")
    examples = made.made("Examples", uri=made.home.artifacts, span=0, input_fingerprint="any")
    folder = made.home.artifacts / "Split-eval"
    folder.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(folder / "data_tfrecord-0.gz"), "GZIP") as writer:
        for seed in range(40):
            writer.write(example(grey(50 + 4 * seed, seed)))
    model = made.made("Model", inputs={"examples": [examples]})
    made.made("PushedModel", inputs={"model": [model]}, pushed_version="17")
    log(made.home, LEVELS)
    return image_task.replace(data=ImageData(path=str(tmp_path / "data"))), made.home


def log(home, levels):
    home.requests.mkdir(parents=True, exist_ok=True)
    number = len(list(home.requests.iterdir()))
    with tf.io.TFRecordWriter(str(home.requests / f"{number}.tfrecord")) as writer:
        for level in levels:
            entry = PredictionLog()
            inputs = entry.predict_log.request.inputs
            inputs["image_bytes"].CopyFrom(tf.make_tensor_proto([grey(level)]))
            writer.write(entry.SerializeToString())


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def fill_in(path, label):
    """Writes a label into each row, by its content."""
    found = rows(path)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, found[0])
        writer.writeheader()
        for row in found:
            content = (path.parent / row["file"]).read_bytes()
            writer.writerow(row | {"label": label(content)})


def by_lightness(content):
    pixels = tf.io.decode_image(content, channels=1).numpy()
    return "light" if pixels.mean() > 110 else "dark"


def test_from_the_log_to_the_next_span(in_service, tmp_path, capsys):
    """Exported, filled in, written; what has been labelled is not asked again."""
    task, home = in_service
    table = tmp_path / "out/labels.csv"
    feedback(task, count=3, export=table.parent)
    chosen = rows(table)
    assert {row["why"] for row in chosen} == {"unlike", "uncertain"}
    contents = {(table.parent / row["file"]).read_bytes() for row in chosen}
    assert contents == {grey(250), grey(120), grey(140)} or grey(5) in contents
    said = capsys.readouterr().out
    assert "read     6 requests" in said and "python -m pipeline feedback pets --labels" in said

    fill_in(table, by_lightness)
    feedback(task, labels=table)
    said = capsys.readouterr().out
    assert "goes on, 0 of 3 answered" in said
    assert "data/span-1: 4 files as before, 3 new examples" in said.replace("\n", "")
    assert "next     make run TASK=pets" in said
    span = tmp_path / "data/span-1"
    assert len(list(span.glob("*/*.png"))) == 7
    (noted,) = home.feedback.glob("*/span.json")
    assert json.loads(noted.read_text()) == {"span": str(span), "labels": 3}

    feedback(task, count=10, export=tmp_path / "again")
    assert len(rows(tmp_path / "again/labels.csv")) == 3
    assert "3 in the data already" in capsys.readouterr().out


def test_where_canary_and_stable_differ(in_service, tmp_path):
    """Both versions are those of models.config."""
    task, home = in_service
    write_model(home.serving / "18", 0.2)
    write_model(home.serving / "19", 0.9)
    folder_of(home).mkdir(parents=True)
    config = models_config("pets", str(home.serving), Release(17, 18, (19,)))
    (folder_of(home) / "models.config").write_text(config)
    feedback(task, count=6, export=tmp_path / "out")
    found = {row["why"]: row for row in rows(tmp_path / "out/labels.csv")}
    assert found["differ"]["guess"] == "dark"
    (chosen,) = home.feedback.glob("*/chosen.json")
    items = json.loads(chosen.read_text())["items"]
    reasons = [item["reason"] for item in items if item["why"] == "differ"]
    assert len(reasons) == 2
    assert all(reason.startswith("The canary takes it for light, ") for reason in reasons)


def test_labels_need_no_export(in_service, tmp_path):
    """A script that knows the ids may bring them at once; what is skipped is not asked again."""
    task, _ = in_service
    feedback(task, count=6, export=tmp_path / "out")
    ids = [row["id"] for row in rows(tmp_path / "out/labels.csv")]
    table = tmp_path / "labels.jsonl"
    lines = [{"id": ids[0], "label": "dark"}, {"id": ids[1], "label": ""}]
    table.write_text("".join(json.dumps(line) + "\n" for line in lines))
    feedback(task, labels=table)
    feedback(task, count=6, export=tmp_path / "next")
    assert {row["id"] for row in rows(tmp_path / "next/labels.csv")} == set(ids[2:])


def test_a_round_goes_on_unless_it_is_left_aside(in_service, tmp_path, capsys):
    task, _ = in_service
    feedback(task, count=2, export=tmp_path / "one")
    feedback(task, count=5, export=tmp_path / "same")
    assert rows(tmp_path / "one/labels.csv") == rows(tmp_path / "same/labels.csv")
    assert "--new leaves it aside" in capsys.readouterr().out
    feedback(task, count=5, export=tmp_path / "new", new=True)
    assert len(rows(tmp_path / "new/labels.csv")) == 5


def test_the_same_requests_give_the_same_choice(in_service, tmp_path):
    task, _ = in_service
    for name in ("one", "other"):
        feedback(task, count=4, export=tmp_path / name, new=True)
    assert rows(tmp_path / "one/labels.csv") == rows(tmp_path / "other/labels.csv")


def test_nothing_is_taken_of_a_table_with_a_fault(in_service, tmp_path):
    """Not even what stands above it; a new class has to be asked for."""
    task, home = in_service
    feedback(task, count=3, export=tmp_path / "out")
    table = tmp_path / "out/labels.csv"
    ids = [row["id"] for row in rows(table)]
    for second, complaint in (
        (f"{ids[1]},lihgt", r"no such class; did you mean 'light'\?"),
        ("r0,light", "id 'r0': was not chosen in the round"),
    ):
        table.write_text(f"id,label\n{ids[0]},dark\n{second}\n")
        with pytest.raises(InputError, match=complaint):
            feedback(task, labels=table)
        assert not list(home.feedback.glob("*/answers.jsonl"))
    table.write_text(f"id,label\n{ids[0]},\n")
    with pytest.raises(InputError, match="there is no label yet"):
        feedback(task, labels=table)
    assert not (tmp_path / "data/span-1").exists()
    table.write_text(f"id,label\n{ids[0]},grey\n")
    feedback(task, labels=table, allow_new_class=True)
    assert (tmp_path / f"data/span-1/grey/{ids[0]}.png").exists()


def test_other_requests_may_be_named(in_service, tmp_path):
    """Such as a folder of pictures."""
    task, _ = in_service
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(grey(77))
    feedback(task, requests=folder, export=tmp_path / "out")
    (row,) = rows(tmp_path / "out/labels.csv")
    assert (tmp_path / "out" / row["file"]).read_bytes() == grey(77)


def test_mistakes_are_told(in_service, tmp_path):
    task, home = in_service
    for arguments, complaint in (
        ({"count": 0}, "--count = 0: it takes at least 1"),
        ({"labels": tmp_path / "a.csv", "export": tmp_path}, "--labels and --export do not go"),
        ({"requests": tmp_path / "none"}, "--requests = .* does not exist"),
        ({"export": tmp_path}, "exists; name a folder that does not"),
    ):
        with pytest.raises(InputError, match=complaint):
            feedback(task, **arguments)
    for path in home.requests.iterdir():
        path.unlink()
    with pytest.raises(InputError, match=r"no request is logged. Let the task have"):
        feedback(task, new=True)


def test_without_a_model_there_is_nothing_to_choose_by(image_task, tmp_path):
    task = image_task.replace(data=ImageData(path=str(tmp_path)))
    (tmp_path / "a.png").write_bytes(grey(1))
    with pytest.raises(InputError, match="no version was pushed; `make run TASK=pets` does"):
        feedback(task, requests=tmp_path / "a.png")
