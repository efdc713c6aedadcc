"""TFX's Evaluator alone, on predictions that are there."""

import json
from pathlib import Path

import numpy as np
import tensorflow_model_analysis as tfma
from google.protobuf import json_format
from tensorflow_model_analysis.proto.metrics_for_slice_pb2 import MetricValue
from tfx.components.evaluator.executor import Executor
from tfx.types import standard_artifacts

from components.evaluator import extractors
from components.evaluator.eval_config import eval_config
from components.evaluator.predictions import SPLIT
from components.evaluator.slices import sliced_features

Metrics = dict[str, dict[str, list[float]]]
"""By the slice and the metric, its numbers."""


def evaluated(predictions: Path, kind: str, beam: list[str], folder: Path) -> Metrics:
    """Returns what the Evaluator measures of predictions.

    Args:
      predictions: the Predictor's artifact, without a baseline.
      kind: `image` or `text`.
      beam: arguments of Beam.
      folder: does not exist yet.
    """
    examples, model = standard_artifacts.Examples(), standard_artifacts.Model()
    found, blessing = standard_artifacts.ModelEvaluation(), standard_artifacts.ModelBlessing()
    examples.uri, examples.split_names = str(predictions), json.dumps([SPLIT])
    examples.set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")
    model.uri = str(folder / "no model is read")
    found.uri, blessing.uri = str(folder / "evaluation"), str(folder / "blessing")
    context = Executor.Context(
        beam_pipeline_args=beam, tmp_dir=str(folder / "temporary"), unique_id="1"
    )
    Executor(context).Do(
        {"examples": [examples], "model": [model]},
        {"evaluation": [found], "blessing": [blessing]},
        {
            "eval_config": json_format.MessageToJson(
                eval_config({}, {}, sliced_features(kind, None)), preserving_proto_field_name=True
            ),
            "example_splits": json.dumps([SPLIT]),
            "module_path": extractors.__name__,
            "fairness_indicator_thresholds": "null",
        },
    )
    return {
        str(of_slice.slice_key): {
            str(item.key): _numbers(item.value) for item in of_slice.metric_keys_and_values
        }
        for of_slice in tfma.load_metrics(found.uri)
    }


def _numbers(value: MetricValue) -> list[float]:
    if value.HasField("array_value"):
        array = value.array_value
        numbers = array.int64_values or array.float64_values or array.float32_values
        return np.array(numbers, float).tolist()
    return [value.double_value.value]
