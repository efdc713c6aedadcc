"""A report of two samples says what moved, what could not be compared, and what it means."""

import io
import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.drift_report.assess import Named, Settings, assess, no_reference
from components.drift_report.model_view import View
from components.drift_report.sample import draw

SETTINGS = Settings(false_alarm_rate=0.05, min_examples=50, max_examples=1000, seed=1)


@pytest.fixture
def random():
    return np.random.default_rng(1)


def serialised(**values):
    example = tf.train.Example()
    for name, value in values.items():
        field = example.features.feature[name]
        if isinstance(value, bytes):
            field.bytes_list.value.append(value)
        else:
            field.float_list.value.append(value)
    return example.SerializeToString()


def image(random, level):
    pixels = np.clip(random.normal(level, 40, (8, 8, 3)), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue(), float(pixels.mean() / 255)


def images(random, count, level=100, labels=("cat", "dog"), **others):
    made = []
    for number in range(count):
        content, brightness = image(random, level)
        label = labels[number % len(labels)].encode()
        source = f"{number}.png".encode()
        made.append(
            serialised(image=content, label=label, source=source, brightness=brightness, **others)
        )
    return Named("some span", draw(iter(made), 1000, 1))


def report_of(reference, current, model=None):
    return assess("pets", "image", reference, current, model, SETTINGS)


class Model:
    """Sees the mean of an image, and takes the bright ones for dogs."""

    folder = "somewhere"
    embeds = True

    def look(self, serialized):
        examples = [tf.train.Example.FromString(each).features.feature for each in serialized]
        means = np.array([each["brightness"].float_list.value[0] for each in examples])
        dog = 1 / (1 + np.exp(-20 * (means - 0.4)))
        probabilities = np.stack([1 - dog, dog], axis=1).astype(np.float32)
        return View(means[:, None].astype(np.float32), probabilities, ["cat", "dog"])


def names(findings):
    return {finding.name for finding in findings}


def test_images_like_the_reference_have_not_drifted(random):
    report = report_of(images(random, 200), images(random, 100))
    assert (report.verdict, report.advice.action) == ("none", "ignore")
    assert names(report.findings) == {"embedding", "near_duplicates", "label", "brightness"}
    assert report.problems == []
    assert report.current.examined == 100


def test_brighter_images_have_drifted_and_what_moved_furthest_comes_first(random):
    report = report_of(images(random, 200), images(random, 100, level=150))
    assert report.verdict == "drift"
    assert {"embedding", "brightness"} <= names(f for f in report.findings if f.drifted)
    ratios = [finding.times_the_threshold for finding in report.findings if finding.threshold]
    assert ratios == sorted(ratios, reverse=True)
    assert report.summary.startswith("Some span has drifted: ")
    assert len(report.oddest) == 24
    assert report.accuracy is None


def test_the_model_in_service_is_asked(random):
    report = report_of(images(random, 200), images(random, 100, level=130), Model())
    assert {"predicted_class", "confidence"} <= names(report.findings)
    assert report.accuracy.measured is not None
    assert report.oddest[0].predicted in ("cat", "dog")
    assert report.model == "somewhere"


def test_a_model_that_does_not_embed_is_a_problem_and_no_failure(random):
    model = Model()
    model.embeds = False
    report = report_of(images(random, 80), images(random, 60), model)
    assert "exported without the signature" in report.problems[0]
    assert "embedding" in names(report.findings)


def test_too_few_examples_are_a_verdict(random):
    report = report_of(images(random, 200), images(random, 20))
    assert (report.verdict, report.advice.action) == ("too few examples", "wait")
    assert "20 against 200" in report.summary


def test_few_examples_that_are_plainly_different_have_drifted(random):
    assert report_of(images(random, 200), images(random, 20, level=200)).verdict == "drift"


def test_a_feature_missing_on_one_side_is_named(random):
    report = report_of(images(random, 80, sharpness=1.0), images(random, 60))
    assert "sharpness: missing in the current examples, so it was not compared" in report.problems


def test_numbers_that_are_none_are_named(random):
    report = report_of(images(random, 80, sharpness=1.0), images(random, 60, sharpness=np.nan))
    assert any(problem.startswith("sharpness: missing or NaN in 0") for problem in report.problems)
    assert "sharpness" in names(finding for finding in report.findings if finding.drifted)


def test_other_labels_are_named(random):
    report = report_of(images(random, 80), images(random, 60, labels=("cat", "owl")))
    assert report.problems == [
        "label: the reference has no example of owl",
        "label: no current example is of dog",
    ]
    assert "label" in names(finding for finding in report.findings if finding.drifted)


def test_other_sizes_of_images_are_found(random):
    wide, narrow = images(random, 80, width=64.0), images(random, 60, width=32.0)
    report = report_of(wide, narrow)
    assert "width" in names(finding for finding in report.findings if finding.drifted)


def test_two_examples_are_enough_not_to_fail(random):
    report = report_of(images(random, 2), images(random, 2))
    assert report.verdict in ("too few examples", "drift")


def test_texts_are_compared_by_their_words(random):
    def texts(count, extra):
        words = ["good", "bad", "film", "story", "acting", "plot"]
        made = [" ".join([*random.choice(words, 6), extra]) for _ in range(count)]
        return Named("x", draw((serialised(text=t.encode(), label=b"a") for t in made), 1000, 1))

    report = assess("films", "text", texts(200, ""), texts(100, "horror"), None, SETTINGS)
    assert report.verdict == "drift"
    assert {"embedding", "unknown_words"} <= names(f for f in report.findings if f.drifted)


def test_the_json_is_the_report_without_the_examples_contents(random):
    report = report_of(images(random, 80), images(random, 60, level=150), Model())
    content = json.loads(report.to_json())
    assert content["format"] == 2
    assert content["verdict"] == "drift"
    assert "content" not in content["oddest"][0]
    kinds = {finding["name"]: finding["chart"]["kind"] for finding in content["findings"]}
    assert kinds["embedding"] == "map" and kinds["label"] == "mix"
    assert kinds["brightness"] == "histogram"


def test_without_a_reference_there_is_a_report_that_says_so(random):
    report = no_reference("pets", "image", images(random, 3), SETTINGS, "There is none.")
    assert (report.verdict, report.summary) == ("no reference", "There is none.")
    assert json.loads(report.to_json())["findings"] == []
