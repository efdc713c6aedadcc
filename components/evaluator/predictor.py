"""The candidate and the model in service look at every test example: once, for all that follows."""

import json
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import Examples, Model
from tfx.utils import path_utils

from components.evaluator import extractors, metrics
from components.evaluator.predict import predict
from components.evaluator.predictions import SPLIT
from components.source_hash import source_hash


@component
def _predictor(
    examples: InputArtifact[Examples],
    model: InputArtifact[Model],
    predictions: OutputArtifact[Examples],
    kind: Parameter[str],
    slicing: Parameter[str],
    code: Parameter[str],
    baseline_model: InputArtifact[Model] = None,
) -> None:
    found = predict(
        examples.uri,
        SPLIT,
        path_utils.serving_model_path(model.uri),
        path_utils.serving_model_path(baseline_model.uri) if baseline_model else None,
        kind,
        **json.loads(slicing),
    )
    found.write(Path(predictions.uri))
    predictions.split_names = json.dumps([SPLIT])
    predictions.set_string_custom_property("file_format", "tfrecords_gzip")
    predictions.set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")


def Predictor(
    examples: BaseChannel,
    model: BaseChannel,
    baseline_model: BaseChannel,
    *,
    kind: str,
    sliced: list[str] | None,
    quantiles: int,
) -> BaseNode:
    """Writes what two models say of the test examples.

    Args:
      examples: raw, with a split `test`.
      model: the candidate.
      baseline_model: in service; empty where there is none.
      kind: `image` or `text`.
      sliced: quality features to slice by; None is all of them.
      quantiles: slices of a feature.

    Returns:
      A node with one output, `predictions`.
    """
    return _predictor(
        examples=examples,
        model=model,
        baseline_model=baseline_model,
        kind=kind,
        slicing=json.dumps({"sliced": sliced, "quantiles": quantiles}),
        # TFX's Evaluator has no parameter for the code that it calls: new predictions make it run.
        code=source_hash(__name__, extractors.__name__, metrics.__name__),
    ).with_id("Predictor")
