"""The baseline learns, the scores are what they say, and the model is read by its signature."""

import json
from pathlib import Path

import pytest

from benchmarks import tfidf_baseline
from benchmarks.tfidf_baseline import LabelledTexts
from components.errors import InputError

SEEN = LabelledTexts(
    ["a red apple", "red cherries", "an apple tree", "a fast car", "red cars", "car engines"],
    ["fruit", "fruit", "fruit", "vehicle", "vehicle", "vehicle"],
)
UNSEEN = LabelledTexts(["the apple", "my car", "apple car"], ["fruit", "vehicle", "fruit"])


def test_the_baseline_learns_words() -> None:
    """Texts with a word of one class only get that class."""
    predicted = tfidf_baseline.fit_baseline(SEEN).predict(UNSEEN.texts[:2])
    assert predicted.tolist() == ["fruit", "vehicle"]


def test_accuracy_is_the_share_of_equal_labels() -> None:
    """Two of three is 2/3, in plain lists of strings."""
    assert tfidf_baseline.accuracy(["a", "b", "a"], ["a", "b", "b"]) == pytest.approx(2 / 3)


def test_recall_is_given_for_each_true_label() -> None:
    """A class that is never predicted has recall 0; a predicted label that is not true, none."""
    recalls = tfidf_baseline.recall_by_label(["a", "a", "b"], ["a", "c", "a"])
    assert recalls == {"a": 0.5, "b": 0.0}


def test_the_report_has_a_line_a_label_and_a_column_a_classifier() -> None:
    """Figures are per cent, and the last line is the accuracy over all."""
    lines = tfidf_baseline.report(["a", "a", "b"], {"x": ["a", "a", "a"], "y": ["a", "b", "b"]})
    header, a, b, overall = (line.split() for line in lines.splitlines())
    assert header[-2:] == ["x", "y"]
    assert a == ["a", "2", "100.0", "50.0"]
    assert b == ["b", "1", "0.0", "100.0"]
    assert overall == ["all", "(accuracy)", "3", "66.7", "66.7"]


def write_split(examples: Path, split: str, rows: LabelledTexts) -> None:
    """Writes what ingest writes: GZIP TFRecords of tf.Example with text and label."""
    import tensorflow as tf

    folder = examples / f"Split-{split}"
    folder.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(folder / "data_tfrecord-00000-of-00001.gz"), "GZIP") as writer:
        for text, label in zip(*rows, strict=True):
            features = {
                name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value.encode()]))
                for name, value in (("text", text), ("label", label))
            }
            example = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(example.SerializeToString())


def save_model_that_says_fruit(path: Path) -> None:
    """Saves a model with the product's `predict` signature that calls every text a fruit."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def predict(text: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"label": tf.fill(tf.shape(text), "fruit"), "length": tf.strings.length(text)}

    module = tf.Module()
    module.predict = predict
    tf.saved_model.save(module, str(path), signatures={"predict": predict})


def test_the_command_compares_a_model_with_the_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line is JSON with both accuracies on Split-test and their difference in points."""
    monkeypatch.setattr(tfidf_baseline, "BATCH_SIZE", 2)
    write_split(tmp_path / "examples", "train", SEEN)
    write_split(tmp_path / "examples", "eval", SEEN)
    write_split(tmp_path / "examples", "test", UNSEEN)
    save_model_that_says_fruit(tmp_path / "model")
    tfidf_baseline.main(
        ["--examples", str(tmp_path / "examples"), "--model", str(tmp_path / "model")]
    )
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["split"], result["train_examples"], result["examples"]) == ("test", 6, 3)
    assert result["model_accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert result["difference_points"] == pytest.approx(
        100 * (result["model_accuracy"] - result["tfidf_accuracy"]), abs=0.02
    )


def test_without_a_test_split_eval_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The JSON line says so, and without a model holds the baseline alone."""
    write_split(tmp_path, "train", SEEN)
    write_split(tmp_path, "eval", UNSEEN)
    tfidf_baseline.main(["--examples", str(tmp_path)])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["split"], result["examples"]) == ("eval", 3)
    assert "model_accuracy" not in result


def test_a_folder_without_examples_is_named(tmp_path: Path) -> None:
    """The message holds the folder that was looked at."""
    with pytest.raises(InputError, match="Split-train"):
        tfidf_baseline.read_split(tmp_path, "train")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    """The message holds the path that was given as a model."""
    with pytest.raises(InputError, match=f"{tmp_path.name}.*SavedModel"):
        tfidf_baseline.predict_with_model(tmp_path, ["a text"])


def test_a_wrong_path_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line says what is missing, without a traceback."""
    with pytest.raises(SystemExit) as exit_:
        tfidf_baseline.main(["--examples", str(tmp_path)])
    assert exit_.value.code == 2
    assert "Split-train" in capsys.readouterr().err
