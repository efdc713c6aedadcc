"""Runs a `preprocessing_fn` as the Transform component does: analysed by Beam, then exported."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

Analyse = Callable[..., tft.TFTransformOutput]


@pytest.fixture(scope="session")
def analyse(tmp_path_factory: pytest.TempPathFactory) -> Analyse:
    """Returns a function that analyses values of one raw feature and exports the graph."""

    def run(
        name: str, values: Sequence[bytes], preprocessing_fn: Callable, settings: dict[str, Any]
    ) -> tft.TFTransformOutput:
        folder = str(tmp_path_factory.mktemp("transform"))
        spec = {name: tf.io.FixedLenFeature([], tf.string)}
        metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
        examples = [{name: value} for value in values]
        with beam.Pipeline() as pipeline, tft_beam.Context(temp_dir=f"{folder}/temporary"):
            data = (pipeline | beam.Create(examples), metadata)
            configured = partial(preprocessing_fn, custom_config={"features": settings})
            transform = data | tft_beam.AnalyzeDataset(configured)
            transform | tft_beam.WriteTransformFn(f"{folder}/output")
        return tft.TFTransformOutput(f"{folder}/output")

    return run


@pytest.fixture(scope="session")
def apply() -> Callable[..., np.ndarray]:
    """Returns a function that runs an exported graph on a batch of one raw feature."""

    def run(output: tft.TFTransformOutput, name: str, values: Sequence[bytes]) -> np.ndarray:
        layer = output.transform_features_layer()
        (feature,) = tf.function(lambda batch: layer({name: batch}))(tf.constant(values)).values()
        return feature.numpy()

    return run
