"""A model as its training begins: built for the data, perhaps with the weights of an earlier one.

Apart from `run_fn.py`, so that a search need not run anew where only the export was edited.
"""

import logging
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow_transform as tft

from components.features import IMAGE
from components.token_ids import RESERVED, TOKEN_IDS, VOCABULARY
from components.trainer import devices, models, precision, warm_start
from components.trainer.input_data import raw_feature
from components.trainer.phases import Phase

_logger = logging.getLogger("progress")


@dataclass(frozen=True)
class Prepared:
    """A model to be fitted, and how."""

    model: keras.Model
    phases: list[Phase]
    precision: str
    """Name of the dtype policy that it computes in."""
    warm: bool
    """Whether it begins with the weights of an earlier model."""


def prepare(
    config: dict[str, Any],
    transform: tft.TFTransformOutput,
    classes: list[str],
    base_model: str | None,
) -> Prepared:
    """Builds a model; the same settings and seed give the same weights.

    Args:
      config: `model` (name and options), `training` (the fields of `Training`) and `seed`.
      transform: what the Transform component made.
      classes: names in the order of the model's outputs.
      base_model: folder of the SavedModel to begin with, if there is one.
    """
    settings, training = config["model"], config["training"]
    keras.utils.set_random_seed(config["seed"])
    convolutional = raw_feature(transform) == IMAGE
    policy = precision.resolve(training["precision"], convolutional=convolutional)
    strategy = devices.strategy(training["batch_size"])
    with strategy.scope(), precision.policy(policy):
        model = build(settings, transform, len(classes))
    phases = models.phases(settings["name"], model, settings["options"])
    warm = bool(base_model) and _begin_with(base_model, model, transform, classes)
    if warm and training["freeze_features"]:
        phases = [warm_start.head_alone(model)]
    return Prepared(model, phases, policy, warm)


def build(model: dict[str, Any], transform: tft.TFTransformOutput, class_count: int) -> keras.Model:
    """Builds an architecture for the transformed feature, untrained.

    Args:
      model: the fields of `Model`.
      transform: what the Transform component made.
      class_count: number of classes.
    """
    architecture = models.load(model["name"])
    ((feature, spec),) = transform.transformed_feature_spec().items()
    if feature == TOKEN_IDS:
        # A small data set may have fewer tokens than the task allows for.
        ids = RESERVED + transform.vocabulary_size_by_name(VOCABULARY)
        return architecture(spec.shape[0], ids, class_count, **model["options"])
    return architecture(spec.shape, class_count, **model["options"])


def _begin_with(
    base: str, model: keras.Model, transform: tft.TFTransformOutput, classes: list[str]
) -> bool:
    is_text = raw_feature(transform) != IMAGE
    vocabulary = transform.vocabulary_by_name(VOCABULARY) if is_text else []
    warm = warm_start.take_over(model, base, [name.encode() for name in classes], vocabulary)
    _logger.info(
        "begins with the weights of the model in service"
        if warm
        else "begins anew: the model in service is of another architecture or has other options"
    )
    return warm
