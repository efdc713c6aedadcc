"""Compares a text model with TF-IDF and logistic regression on the same split.

    .venv/bin/python benchmarks/tfidf_baseline.py [--examples PATH] [--model PATH]

Without arguments it takes what the last run of the task `docstrings` ingested and pushed.

The baseline is the usual strong one for short texts: words and word pairs, sublinear term
frequency, a linear classifier (Wang and Manning, "Baselines and Bigrams", 2012). It is fitted on
Split-train and scored on Split-test, or on Split-eval where there is no test split.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from components.errors import InputError
from components.features import LABEL, TEXT
from pipeline.home import Home

BATCH_SIZE = 64


class LabelledTexts(NamedTuple):
    """Texts and their labels, one of each an example."""

    texts: list[str]
    labels: list[str]


def fit_baseline(train: LabelledTexts) -> Pipeline:
    """Returns the fitted pipeline; its `predict` maps a list of texts to an array of labels."""
    baseline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(C=10.0, max_iter=1000),
    )
    return baseline.fit(train.texts, train.labels)


def accuracy(labels: Sequence[str], predicted: Sequence[str]) -> float:
    """Returns the share of equal pairs, in 0..1."""
    return float(np.mean(np.asarray(labels) == np.asarray(predicted)))


def recall_by_label(labels: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """Returns for each label the share of its examples that were predicted right, in 0..1."""
    hits = np.asarray(labels) == np.asarray(predicted)
    return {label: float(hits[np.asarray(labels) == label].mean()) for label in sorted(set(labels))}


def read_split(examples: Path, split: str) -> LabelledTexts:
    """Reads features `text` and `label` of every GZIP TFRecord file in `examples/Split-<split>`.

    Raises:
      InputError: the folder holds no records, or an example lacks one of the features.
    """
    # TensorFlow takes seconds to import; a wrong argument is found before.
    from components.examples import read_examples, split_files, values

    folder = examples / f"Split-{split}"
    if not split_files(str(examples), split):
        raise InputError(f"{folder}: no *.gz files; give the path of an Examples artifact.")
    texts, labels = [], []
    for example in read_examples(str(examples), split):
        for name, column in ((TEXT, texts), (LABEL, labels)):
            found = values(example, name)
            if len(found) != 1:
                raise InputError(f"{folder}: feature {name!r} has {len(found)} strings, not one.")
            column.append(found[0])
    return LabelledTexts(texts, labels)


def predict_with_model(model: Path, texts: Sequence[str]) -> list[str]:
    """Returns the `label` that the SavedModel's signature `predict` gives each text.

    Raises:
      InputError: the folder holds no SavedModel.
    """
    if not (model / "saved_model.pb").is_file():
        raise InputError(f"{model}: no saved_model.pb; give the path of a SavedModel.")

    import tensorflow as tf

    predict = tf.saved_model.load(str(model)).signatures["predict"]
    return [
        label.decode()
        for start in range(0, len(texts), BATCH_SIZE)
        for label in predict(text=tf.constant(texts[start : start + BATCH_SIZE]))["label"].numpy()
    ]


def report(labels: Sequence[str], predictions: dict[str, Sequence[str]]) -> str:
    """Returns a table: a line a label and one for all, a column a classifier, in per cent."""
    recalls = {name: recall_by_label(labels, given) for name, given in predictions.items()}
    width = max(len("all (accuracy)"), *(len(label) for label in labels))
    lines = [f"{'recall, %':<{width}}  examples" + "".join(f"{name:>12}" for name in predictions)]
    for label in sorted(set(labels)):
        cells = "".join(f"{100 * recalls[name][label]:12.1f}" for name in predictions)
        lines.append(f"{label:<{width}}  {list(labels).count(label):8}{cells}")
    cells = "".join(f"{100 * accuracy(labels, given):12.1f}" for given in predictions.values())
    lines.append(f"{'all (accuracy)':<{width}}  {len(labels):8}{cells}")
    return "\n".join(lines)


def newest(folder: Path) -> Path | None:
    """Returns the subfolder with the highest number for a name, or None."""
    numbered = [path for path in folder.glob("*") if path.name.isdigit()]
    return max(numbered, key=lambda path: int(path.name), default=None)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, then one JSON line."""
    parser = argparse.ArgumentParser(
        description="Compares a text model with TF-IDF and logistic regression."
    )
    parser.add_argument("--examples", type=Path, help="an Examples artifact")
    parser.add_argument("--model", type=Path, help="a SavedModel with the signature `predict`")
    options = parser.parse_args(arguments)
    if options.examples is None:
        home = Home.of("docstrings")
        options.examples = newest(home.artifacts / "ExampleGen" / "examples")
        options.model = options.model or newest(home.serving)
    if options.examples is None:
        parser.error("nothing to compare yet: first run `make run TASK=docstrings`")

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    split = "test" if (options.examples / "Split-test").is_dir() else "eval"
    predictions = {}
    try:
        train = read_split(options.examples, "train")
        held_out = read_split(options.examples, split)
        predictions["TF-IDF + LR"] = fit_baseline(train).predict(held_out.texts).tolist()
        if options.model:
            predictions["model"] = predict_with_model(options.model, held_out.texts)
    except InputError as error:
        parser.error(str(error))

    print(report(held_out.labels, predictions))

    scores = {name: accuracy(held_out.labels, given) for name, given in predictions.items()}
    result = {
        "benchmark": "tfidf_baseline",
        "split": split,
        "train_examples": len(train.texts),
        "examples": len(held_out.texts),
        "tfidf_accuracy": round(scores["TF-IDF + LR"], 4),
    }
    if options.model:
        points = 100 * (scores["model"] - scores["TF-IDF + LR"])
        print(f"The model is {abs(points):.1f} points {'above' if points >= 0 else 'below'}.")
        result["model_accuracy"] = round(scores["model"], 4)
        result["difference_points"] = round(points, 2)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
