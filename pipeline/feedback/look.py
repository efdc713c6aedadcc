"""What the models in service make of requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from components.drift_report.model_view import ModelView, View, view_of_images, view_of_texts
from components.drift_report.neighbours import neighbourhood
from components.drift_report.projection import project
from components.drift_report.sample import Sample
from components.evaluator.classifier import Classifier
from components.features import IMAGE
from components.saved_model import batches
from pipeline.feedback.choose import Scores, differences, margins

_FEWEST = 2
"""Known examples that others can be measured against."""


@dataclass(frozen=True)
class Look:
    """What the models say of requests, a row each."""

    classes: list[str]
    """Of the columns; those of the canary that stable lacks stand last."""
    stable: np.ndarray
    """Probabilities, float32 [requests, classes]."""
    canary: np.ndarray | None
    """Likewise; None where there is none."""
    scores: Scores


def look(
    kind: str,
    requests: Sample,
    known: Sample,
    stable: Path,
    canary: Path | None,
    seed: int,
) -> Look:
    """Asks the models.

    Args:
      kind: `image` or `text`.
      requests: one or more.
      known: examples of what the model has been tested on.
      stable: folder of the SavedModel in service.
      canary: of the one beside it, if there is one.
      seed: of the drift report's `neighbourhood`.
    """
    model = ModelView(str(stable))
    view, probabilities = _view(kind, model, requests)
    classes, others = list(model.classes), None
    if canary:
        other = Classifier(str(canary))
        classes += [name for name in other.classes if name not in classes]
        others = _columns(_probabilities(other, requests), other.classes, classes)
        probabilities = _columns(probabilities, model.classes, classes)
    oddness = percentiles = None
    if len(known) >= _FEWEST:
        reference, _ = _view(kind, model, known)
        near = neighbourhood(*project(reference, view), seed)
        oddness, percentiles = near.oddness, near.percentiles()
    scores = Scores(
        margins(probabilities),
        oddness,
        percentiles,
        None if others is None else differences(probabilities, others),
    )
    return Look(classes, probabilities, others, scores)


def _view(kind: str, model: ModelView, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Returns embeddings and probabilities."""
    if model.embeds:
        view: View = model.look(sample.serialized)
        assert view.probabilities is not None
        return view.embeddings, view.probabilities
    # As in the drift report, a fixed view stands in for what an older model sees.
    if kind == IMAGE:
        view = view_of_images(sample.contents)
    else:
        view = view_of_texts([content.decode(errors="replace") for content in sample.contents])
    return view.embeddings, _probabilities(Classifier(model.folder), sample)


def _probabilities(model: Classifier, sample: Sample) -> np.ndarray:
    parts = [model.probabilities(batch) for batch in batches(sample.serialized)]
    return np.concatenate(parts)


def _columns(probabilities: np.ndarray, names: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Returns the columns of other classes: 0 where one is missing."""
    found = np.zeros((len(probabilities), len(wanted)), probabilities.dtype)
    found[:, [wanted.index(name) for name in names]] = probabilities
    return found
