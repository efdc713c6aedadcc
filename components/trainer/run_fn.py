"""What TFX's Trainer calls: reads, builds, fits, exports."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components.features import IMAGE
from components.token_ids import RESERVED, TOKEN_IDS, VOCABULARY
from components.trainer import models, precision, signatures
from components.trainer.backup import Backup, backup_path
from components.trainer.input_data import Split, class_names, raw_feature
from components.trainer.moving_average import MovingAverage
from components.trainer.optimizer import make_optimizer
from components.trainer.progress import Progress
from components.trainer.report import write_report


def run_fn(fn_args: FnArgs) -> None:
    """Trains a model and exports it; goes on where a training like it was killed.

    Args:
      fn_args: TFX's files and folders. `custom_config` holds `model` (name and options),
        `training` (the fields of `Training`) and `seed`. The SavedModel goes to
        `serving_model_dir`; TensorBoard's logs and `training.json`, which holds the settings in
        effect and every epoch's figures, to `model_run_dir`, with a picture of the latter.

    Raises:
      InputError: the schema or the examples don't fit the task, or the loss diverges.
    """
    config = fn_args.custom_config
    training, seed = config["training"], config["seed"]
    transform = tft.TFTransformOutput(fn_args.transform_output)
    classes = class_names(fn_args.schema_path)
    train = Split(fn_args.train_files, transform, classes)
    evaluation = Split(fn_args.eval_files, transform, classes)
    batch_size = training["batch_size"]
    steps_per_epoch = training["steps_per_epoch"] or max(1, train.size // batch_size)

    keras.utils.set_random_seed(seed)
    build = _builder(config["model"], transform, len(classes))
    policy = precision.resolve(training["precision"], convolutional=raw_feature(transform) == IMAGE)
    progress = Progress()
    early_stopping = _early_stopping(training["patience"])
    with precision.policy(policy):
        model = build()
    _compile(model, training, steps_per_epoch)
    average = MovingAverage(model.weights, training["ema"]) if training["ema"] else None
    backup = Backup(backup_path(fn_args), model, progress, early_stopping, average)
    tensorboard = keras.callbacks.TensorBoard(fn_args.model_run_dir, write_graph=False)
    callbacks = [progress, tensorboard, average, early_stopping, backup]
    began = time.perf_counter()
    initial_epoch = backup.restore()
    model.fit(
        train.training_batches(
            batch_size,
            training["augmentation"],
            seed,
            first_step=initial_epoch * steps_per_epoch,
            class_weights=train.class_weights() if training["class_weights"] else None,
        ),
        validation_data=evaluation.evaluation_batches(batch_size),
        initial_epoch=initial_epoch,
        epochs=training["epochs"],
        steps_per_epoch=steps_per_epoch,
        shuffle=False,
        callbacks=[callback for callback in callbacks if callback],
        verbose=0,
    )
    earlier = sum(epoch["seconds"] for epoch in progress.epochs[:initial_epoch])
    seconds = earlier + time.perf_counter() - began

    with precision.policy("float32"):
        served = build()
    served.set_weights(model.get_weights())
    signatures.export(served, transform, classes, fn_args.serving_model_dir)
    write_report(
        fn_args.model_run_dir,
        {
            "model": config["model"],
            "training": training,
            "seed": seed,
            "classes": classes,
            "precision": policy,
            "parameters": model.count_params(),
            "train_examples": train.size,
            "eval_examples": evaluation.size,
            "steps_per_epoch": steps_per_epoch,
        },
        progress.epochs,
        seconds,
    )
    backup.discard()


def _builder(
    model: dict[str, Any], transform: tft.TFTransformOutput, class_count: int
) -> Callable[[], keras.Model]:
    """Fits an architecture to the transformed feature; may be called several times."""
    build = models.load(model["name"])
    ((feature, spec),) = transform.transformed_feature_spec().items()
    if feature == TOKEN_IDS:
        # A small data set may have fewer tokens than the task allows for.
        ids = RESERVED + transform.vocabulary_size_by_name(VOCABULARY)
        return partial(build, spec.shape[0], ids, class_count, **model["options"])
    return partial(build, spec.shape, class_count, **model["options"])


def _compile(model: keras.Model, training: dict[str, Any], steps_per_epoch: int) -> None:
    model.compile(
        optimizer=make_optimizer(
            training["learning_rate"],
            training["weight_decay"],
            steps_per_epoch * training["epochs"],
            optimizer=training["optimizer"],
            momentum=training["momentum"],
            warmup_share=training["warmup_share"],
            gradient_clip_norm=training["gradient_clip_norm"],
        ),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=training["label_smoothing"]),
        metrics=["accuracy"],
        # XLA was slower on the CPU, and on a GPU it needs a compiler that wheels don't bring.
        jit_compile=False,
    )


def _early_stopping(patience: int | None) -> keras.callbacks.EarlyStopping | None:
    if patience is None:
        return None
    return keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=patience, restore_best_weights=True
    )
