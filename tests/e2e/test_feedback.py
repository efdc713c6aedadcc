"""The loop is closed: what the model in service got wrong is logged, labelled, and learned."""

import base64
import csv
import io
import json
import urllib.request

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from sklearn.datasets import load_digits

pytestmark = pytest.mark.e2e

REQUESTED, HELD_OUT = range(600, 1200), range(1200, 1797)
"""Digits that no run has seen; the task's own are the first 600."""
COUNT = 160
TASK = "pipeline/tasks/tiny_images.py"


def digits(indices, inverted=True):
    """Returns the files of zeros to threes, black on white as the data have none, and labels."""
    found = load_digits()
    files, labels = [], []
    for index in indices:
        if found.target[index] < 4:
            ink = found.images[index] / 16
            pixels = ((1 - ink if inverted else ink) * 255).astype(np.uint8)
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            files.append(file.getvalue())
            labels.append(str(found.target[index]))
    return files, labels


def accuracy(folder, files, labels):
    """Returns the share of files that a SavedModel puts into the right class."""
    predict = tf.saved_model.load(str(folder)).signatures["predict"]
    answer = predict(image_bytes=tf.constant(np.array(files, object)))["label"].numpy()
    return float(
        np.mean([found.decode() == label for found, label in zip(answer, labels, strict=True)])
    )


def ask(address, file):
    instance = {"image_bytes": {"b64": base64.b64encode(file).decode()}}
    body = json.dumps({"signature_name": "predict", "instances": [instance]}).encode()
    with urllib.request.urlopen(address, body, timeout=60) as answer:
        return json.load(answer)["predictions"][0]["label"]


def test_what_the_model_got_wrong_is_learned(fresh_project):
    project = fresh_project
    project.edit(TASK, "import Evaluation", "import Evaluation, RequestLog, Serving")
    log = "serving=Serving(request_log=RequestLog(share=1.0)),\n    model="
    project.edit(TASK, "model=", log)
    project.edit(TASK, '"float32", "dynamic_range"', '"float32"')
    project.edit(TASK, "epochs=12", "epochs=30")
    first = project.run("run", "tiny_images")
    assert first.code == 0 and "BLESSED" in first.output, first.output
    (before,) = project.versions("tiny_images")

    files, labels = digits(REQUESTED)
    with project.served("tiny_images") as (address, said):
        assert "100% of the requests are logged to runs/tiny_images/requests" in said
        wrong = sum(ask(address, file) != label for file, label in zip(files, labels, strict=True))
    assert wrong > len(files) / 3
    runs = project.root / "runs/tiny_images"
    assert list((runs / "requests").glob("*.tfrecord"))

    chosen = project.run("feedback", "tiny_images", "--count", str(COUNT), "--export", "chosen")
    assert chosen.code == 0, chosen.output
    assert f"read     {len(files)} requests\n" in chosen.output
    table = project.root / "chosen/labels.csv"
    known = dict(zip(files, labels, strict=True))
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == COUNT
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label"])
        for row in rows:
            content = (table.parent / row["file"]).read_bytes()
            writer.writerow([row["id"], known[content]])
    written = project.run("feedback", "tiny_images", "--labels", "chosen/labels.csv")
    assert written.code == 0, written.output
    assert f"{COUNT} new examples\nnext     make run TASK=tiny_images\n" in written.output

    second = project.run("run", "tiny_images")
    assert second.code == 0 and "BLESSED" in second.output, second.output
    after = project.versions("tiny_images")[-1]
    assert after != before
    held_out = digits(HELD_OUT)
    was, now = (accuracy(runs / "serving" / each, *held_out) for each in (before, after))
    assert now > was + 0.25 and now > 0.7, (was, now)
    plain = digits(HELD_OUT, inverted=False)
    was, now = (accuracy(runs / "serving" / each, *plain) for each in (before, after))
    assert now > was - 0.1, (was, now)
