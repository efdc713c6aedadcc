"""What TFX's Trainer calls: reads, builds, fits, exports."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components.features import IMAGE
from components.token_ids import RESERVED, TOKEN_IDS, VOCABULARY
from components.trainer import backup, models, precision, signatures, warm_start
from components.trainer.fit import fit, steps_per_epoch
from components.trainer.input_data import Split, class_names, raw_feature
from components.trainer.report import write_report

_logger = logging.getLogger("progress")


def run_fn(fn_args: FnArgs) -> None:
    """Trains a model and exports it; goes on where a training like it was killed.

    Args:
      fn_args: TFX's files and folders. `custom_config` holds `model` (name and options),
        `training` (the fields of `Training`) and `seed`; `base_model`, if there is one, the model
        to begin with. The SavedModel goes to `serving_model_dir`; TensorBoard's logs and
        `training.json`, which holds the settings in effect and every epoch's figures, to
        `model_run_dir`, with a picture of the latter.

    Raises:
      InputError: the schema or the examples don't fit the task, or the loss diverges.
    """
    config = fn_args.custom_config
    settings, training, seed = config["model"], config["training"], config["seed"]
    transform = tft.TFTransformOutput(fn_args.transform_output)
    classes = class_names(fn_args.schema_path)
    train = Split(fn_args.train_files, transform, classes)
    evaluation = Split(fn_args.eval_files, transform, classes)

    keras.utils.set_random_seed(seed)
    build = builder(settings, transform, len(classes))
    policy = precision.resolve(training["precision"], convolutional=raw_feature(transform) == IMAGE)
    with precision.policy(policy):
        model = build()
    phases = models.phases(settings["name"], model, settings["options"])
    warm = bool(fn_args.base_model) and _begin_with(fn_args.base_model, model, transform, classes)
    if warm and training["freeze_features"]:
        phases = [warm_start.head_alone(model)]
    backup_path = backup.backup_path(fn_args)
    epochs = fit(
        model,
        phases,
        training,
        train,
        evaluation,
        seed=seed,
        backup_path=backup_path,
        callbacks=[keras.callbacks.TensorBoard(fn_args.model_run_dir, write_graph=False)],
    )

    with precision.policy("float32"):
        served = build()
    served.set_weights(model.get_weights())
    signatures.export(served, transform, classes, fn_args.serving_model_dir)
    write_report(
        fn_args.model_run_dir,
        {
            "model": settings,
            "training": training,
            "seed": seed,
            "classes": classes,
            "precision": policy,
            "warm_start": warm,
            "phases": [phase.name for phase in phases],
            "parameters": model.count_params(),
            "train_examples": train.size,
            "eval_examples": evaluation.size,
            "steps_per_epoch": steps_per_epoch(training, train),
        },
        epochs,
    )
    backup.discard(backup_path)


def builder(
    model: dict[str, Any], transform: tft.TFTransformOutput, class_count: int
) -> Callable[[], keras.Model]:
    """Fits an architecture to the transformed feature; may be called several times.

    Args:
      model: the fields of `Model`.
      transform: what the Transform component made.
      class_count: number of classes.
    """
    build = models.load(model["name"])
    ((feature, spec),) = transform.transformed_feature_spec().items()
    if feature == TOKEN_IDS:
        # A small data set may have fewer tokens than the task allows for.
        ids = RESERVED + transform.vocabulary_size_by_name(VOCABULARY)
        return partial(build, spec.shape[0], ids, class_count, **model["options"])
    return partial(build, spec.shape, class_count, **model["options"])


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
