"""An evaluation puts predictions, metrics and examples together, and is written whole."""

import json

import pytest
import tensorflow as tf

from components.evaluator.assess import Sources, assess
from components.evaluator.rule import Settings
from components.evaluator.write import write

SETTINGS = Settings(
    min_accuracy=0.5, max_accuracy_drop=0.05, min_slice_accuracy=0.0, max_slice_drop=0.2
)
CURVES = "<svg>loss and accuracy</svg>"


class Parrot(tf.Module):
    """Says owl, surely, where a text has a hoot in it, and else cat."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def predict(self, text):
        owl = tf.cast(tf.strings.regex_full_match(text, ".*hoot.*"), tf.float32)
        return {"probabilities": tf.stack([1 - owl, tf.zeros_like(owl), owl], axis=1)}


@pytest.fixture(scope="module")
def sources(predictions, evaluated, tmp_path_factory):
    """Raw texts behind the predictions, a model that answers texts, and its learning curves."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "examples" / "Split-test").mkdir(parents=True)
    file = folder / "examples" / "Split-test" / "data_tfrecord-00000-of-00001.gz"
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for source in predictions.sources:
            example = tf.train.Example()
            for name, value in (("source", source), ("text", f"A hoot & <b>{source}</b>")):
                example.features.feature[name].bytes_list.value.append(value.encode())
            writer.write(example.SerializeToString())
    parrot = Parrot()
    tf.saved_model.save(parrot, str(folder / "model"), {"predict": parrot.predict})
    (folder / "run").mkdir()
    (folder / "run" / "curves.svg").write_text(CURVES)
    return Sources(
        examples=str(folder / "examples"),
        predictions=str(evaluated / "predictions"),
        evaluation=str(evaluated / "evaluation"),
        saved_model=str(folder / "model"),
        model_run=str(folder / "run"),
    )


def assessed(sources, mistakes=3, baseline="the model in service"):
    return assess("pets", "text", sources, baseline, SETTINGS, mistakes)


def test_the_decision_and_the_figures_are_those_of_the_same_examples(sources, predictions):
    found = assessed(sources, 0)
    right = predictions.right(predictions.candidate)
    assert found.decision.verdict == "not blessed"
    assert found.decision.overall.accuracy.value == pytest.approx(right.mean())
    assert found.candidate.values["accuracy"] == pytest.approx(right.mean())
    assert found.decision.overall.difference.value > 0
    assert {each.feature for each in found.decision.slices} == {"label", "brightness"}
    assert found.wrong == (~right).sum()
    assert (found.mistakes, found.curves) == ((), CURVES)


def test_a_threshold_of_tfma_that_was_missed_is_a_fault(sources):
    faults = assessed(sources, 0).decision.faults
    assert [fault.split(" is ")[0] for fault in faults] == ["Auc", "Calibration error"]


def test_the_mistakes_are_the_surest_ones_with_their_source_and_what_they_rest_on(
    sources, predictions
):
    found = assessed(sources)
    wrong = ~predictions.right(predictions.candidate)
    surest = predictions.candidate.max(axis=1)[wrong]
    assert [m.probability for m in found.mistakes] == pytest.approx(sorted(surest)[:-4:-1])
    for mistake in found.mistakes:
        row = predictions.sources.index(mistake.source)
        assert mistake.label == predictions.labels[row] != mistake.predicted
        baseline = predictions.baseline[row].argmax()
        assert mistake.baseline_predicted == predictions.classes[baseline]
        words = dict(mistake.words)
        assert words["hoot"] == (
            1.0 if mistake.predicted == "owl" else -1.0 * (mistake.predicted == "cat")
        )


def test_what_is_written_is_whole_and_shows_texts_as_text(sources, tmp_path):
    write(assessed(sources), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.json", "index.html"]
    gate = json.loads((tmp_path / "gate.json").read_text())
    assert gate["decision"]["verdict"] == "not blessed"
    assert gate["settings"]["max_accuracy_drop"] == 0.05
    assert all(each["words"] == [] for each in gate["mistakes"])
    page = (tmp_path / "index.html").read_text()
    assert "&lt;b&gt;" in page and "<b>test" not in page
