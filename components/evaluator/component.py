"""TFX's Evaluator, on what the Predictor wrote."""

from collections.abc import Mapping, Sequence

from tfx.components import Evaluator as TFXEvaluator
from tfx.types import BaseChannel

from components.evaluator import extractors
from components.evaluator.eval_config import eval_config
from components.evaluator.predictions import SPLIT
from components.evaluator.slices import sliced_features


def Evaluator(
    predictions: BaseChannel,
    model: BaseChannel,
    baseline_model: BaseChannel,
    *,
    kind: str,
    sliced: Sequence[str] | None,
    limits: Mapping[str, float],
    max_losses: Mapping[str, float],
) -> TFXEvaluator:
    """Measures two models by what they have answered.

    Args:
      predictions: of the Predictor.
      model: the candidate.
      baseline_model: in service; empty where there is none.
      kind: `image` or `text`.
      sliced: quality features to slice by; None is all of them.
      limits: see `eval_config`.
      max_losses: see `eval_config`.

    Returns:
      A node with the output `evaluation`; its `blessing` decides nothing here.
    """
    return TFXEvaluator(
        examples=predictions,
        example_splits=[SPLIT],
        model=model,
        baseline_model=baseline_model,
        eval_config=eval_config(limits, max_losses, sliced_features(kind, sliced)),
        module_path=extractors.__name__,
    )
