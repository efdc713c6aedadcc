"""Fits a model, phase by phase, and goes on where a fit like it was killed."""

from collections.abc import Sequence
from typing import Any

import keras

from components.trainer.backup import Backup
from components.trainer.input_data import Split
from components.trainer.moving_average import MovingAverage
from components.trainer.optimizer import make_optimizer
from components.trainer.phases import Phase, schedule
from components.trainer.progress import Progress


def steps_per_epoch(training: dict[str, Any], train: Split) -> int:
    """Returns what the task says, or the steps of one pass, a rest that fills no batch left out."""
    return training["steps_per_epoch"] or max(1, train.size // training["batch_size"])


def fit(
    model: keras.Model,
    phases: Sequence[Phase],
    training: dict[str, Any],
    train: Split,
    evaluation: Split,
    *,
    seed: int,
    backup_path: str,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> list[dict[str, Any]]:
    """Fits a model; it ends with the weights that are to be served.

    Args:
      model: built under the policy to train in.
      phases: parts of the training, in order.
      training: the fields of `Training`.
      train: to learn from.
      evaluation: to stop early by.
      seed: of the order of the examples, and of their changes by chance.
      backup_path: a file for the state after each epoch, which need not exist.
      callbacks: more of Keras's callbacks, in every phase.

    Returns:
      The figures of each epoch, those before a restart included.

    Raises:
      InputError: the examples don't fit the task, or the loss diverges.
    """
    batch_size, steps = training["batch_size"], steps_per_epoch(training, train)
    class_weights = train.class_weights() if training["class_weights"] else None
    strategy = model.distribute_strategy
    progress = Progress(training["epochs"])
    for number, (phase, begin, end) in enumerate(schedule(phases, training["epochs"])):
        phase.prepare()
        with strategy.scope():
            compile_model(model, training, phase.learning_rate, steps * (end - begin))
            average = MovingAverage(model.weights, training["ema"]) if training["ema"] else None
            early_stopping = _early_stopping(training["patience"])
            backup = Backup(backup_path, number, model, progress, early_stopping, average)
            if not backup.restore():
                continue
        initial_epoch = max(begin, progress.last_epoch)
        model.fit(
            train.training_batches(
                batch_size,
                training["augmentation"],
                seed,
                first_step=initial_epoch * steps,
                class_weights=class_weights,
            ),
            validation_data=evaluation.evaluation_batches(
                batch_size, replicas=strategy.num_replicas_in_sync
            ),
            initial_epoch=initial_epoch,
            epochs=end,
            steps_per_epoch=steps,
            shuffle=False,
            callbacks=[c for c in (progress, *callbacks, average, early_stopping, backup) if c],
            verbose=0,
        )
    return progress.epochs


def compile_model(
    model: keras.Model, training: dict[str, Any], learning_rate_factor: float, steps: int
) -> None:
    """Compiles a model for one phase.

    Args:
      model: to compile.
      training: the fields of `Training`.
      learning_rate_factor: of the phase.
      steps: of the phase, over which the learning rate rises and falls.
    """
    model.compile(
        optimizer=make_optimizer(
            training["learning_rate"] * learning_rate_factor,
            training["weight_decay"],
            steps,
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
