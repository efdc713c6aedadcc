"""What TFX's Evaluator calls instead of loading the models: they have answered already.

Predictions are read from the examples that the Predictor wrote. TFMA would run both models again,
on one core, and know nothing of slices by quantile.
"""

from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis import extractors


def custom_eval_shared_model(
    eval_saved_model_path: str, model_name: str, eval_config: tfma.EvalConfig, **kwargs: Any
) -> tfma.types.EvalSharedModel:
    """Returns a model's name and place, and nothing that could be loaded."""
    return tfma.types.EvalSharedModel(
        model_name=model_name,
        model_path=eval_saved_model_path,
        model_type=tfma.constants.TF_GENERIC,
        is_baseline=any(
            spec.is_baseline and spec.name == model_name for spec in eval_config.model_specs
        ),
    )


def custom_extractors(
    eval_config: tfma.EvalConfig, eval_shared_model: Any, tensor_adapter_config: Any
) -> list[extractors.Extractor]:
    """Returns TFMA's extractors for predictions that are features of the examples."""
    return [
        extractors.FeaturesExtractor(eval_config),
        extractors.LabelsExtractor(eval_config),
        extractors.ExampleWeightsExtractor(eval_config),
        extractors.PredictionsExtractor(eval_config),
        extractors.UnbatchExtractor(),
        extractors.SliceKeyExtractor(slice_spec=None, eval_config=eval_config),
    ]
