"""Puts an evaluation together: the gate's decision, TFMA's figures, mistakes and their reasons."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import tensorflow as tf

from components.evaluator.decide import Members, decide
from components.evaluator.explanations.explain import Explainer
from components.evaluator.predictions import SPLIT, Predictions, read_predictions
from components.evaluator.report import Evaluation, Mistake
from components.evaluator.results import load_results, missed_thresholds
from components.evaluator.rule import Settings
from components.examples import read_splits, values
from components.features import IMAGE, SOURCE, TEXT

_CURVES = "curves.svg"


class Sources(NamedTuple):
    """Folders of what an evaluation rests on."""

    examples: str
    """An Examples artifact of raw examples."""
    predictions: str
    """Likewise, what the Predictor put out."""
    evaluation: str
    """What TFX's Evaluator put out."""
    saved_model: str
    """The candidate."""
    model_run: str
    """What the candidate's training put out beside it."""


def assess(
    task: str,
    kind: Literal["image", "text"],
    sources: Sources,
    baseline: str | None,
    settings: Settings,
    mistakes: int,
) -> Evaluation:
    """Decides whether a candidate is blessed, and gathers what speaks for it and against it.

    Args:
      task: its name.
      kind: of its data.
      sources: of the numbers, pictures and texts.
      baseline: what the candidate is compared with, in words; None where there is nothing.
      settings: of the gate.
      mistakes: how many are shown.
    """
    predictions = read_predictions(Path(sources.predictions))
    results = load_results(sources.evaluation, predictions.classes)
    right = predictions.right(predictions.candidate)
    decision = decide(
        right,
        None if predictions.baseline is None else predictions.right(predictions.baseline),
        list(_members(predictions.slices)),
        missed_thresholds(sources.evaluation),
        settings,
    )
    curves = f"{sources.model_run}/{_CURVES}"
    return Evaluation(
        task=task,
        kind=kind,
        classes=tuple(predictions.classes),
        settings=vars(settings),
        baseline=baseline,
        decision=decision,
        candidate=results.candidate,
        baseline_metrics=results.baseline,
        confusion=tuple(tuple(map(int, row)) for row in results.confusion),
        calibration=results.calibration,
        mistakes=tuple(_mistakes(sources, kind, predictions, right, mistakes)),
        wrong=int((~right).sum()),
        curves=tf.io.gfile.GFile(curves).read() if tf.io.gfile.exists(curves) else None,
        tensorboard=sources.model_run,
    )


def _members(slices: Mapping[str, Sequence[str]]) -> Iterator[Members]:
    for feature, of_examples in slices.items():
        places: dict[str, int] = {}
        of = np.array([places.setdefault(name, len(places)) for name in of_examples])
        for name in sorted(places):
            yield Members(feature, name, of == places[name])


def _mistakes(
    sources: Sources,
    kind: Literal["image", "text"],
    predictions: Predictions,
    right: np.ndarray,
    count: int,
) -> Iterator[Mistake]:
    """Yields the mistakes that the model is surest of, with what it may have been looking at."""
    confidence = predictions.candidate.max(axis=1)
    wrong = np.flatnonzero(~right)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    if not len(worst):
        return
    chosen = [predictions.sources[row] for row in worst]
    serialized = _by_source(sources.examples, set(chosen))
    feature = IMAGE if kind == "image" else TEXT
    contents = [_content(serialized[source], feature) for source in chosen]
    predicted = predictions.candidate.argmax(axis=1)
    explainer = Explainer(sources.saved_model, sources.model_run, kind)
    explanations = explainer.explain(
        [serialized[source] for source in chosen], contents, predicted[worst]
    )
    for row, explanation in zip(worst, explanations, strict=True):
        said = None
        if predictions.baseline is not None:
            said = predictions.classes[int(predictions.baseline[row].argmax())]
        yield Mistake(
            source=predictions.sources[row],
            label=predictions.labels[row],
            predicted=predictions.classes[int(predicted[row])],
            probability=float(confidence[row]),
            baseline_predicted=said,
            image=explanation.image,
            heat=explanation.heat,
            words=explanation.words,
        )


def _by_source(examples_uri: str, wanted: set[str]) -> dict[str, bytes]:
    """Returns serialized examples by their source."""
    found = {}
    for serialized in read_splits(examples_uri, [SPLIT]):
        source = values(tf.train.Example.FromString(serialized), SOURCE)[0]
        if source in wanted:
            found[source] = serialized
    return found


def _content(serialized: bytes, feature: str) -> bytes:
    return tf.train.Example.FromString(serialized).features.feature[feature].bytes_list.value[0]
