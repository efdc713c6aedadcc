"""The training of a task of images as a bare Keras script, for `bare_keras.py` to time.

    .venv/bin/python benchmarks/_bare_script.py TASK PATH

Reads the image files by itself and holds them in memory, decoded. What defines the training is the
project's: the task's settings, the model, the augmentation, the optimizer. Saves a SavedModel at
PATH and prints the accuracy on the test images.
"""

import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from components.errors import InputError
from components.trainer import chance, models, precision
from components.trainer.augmentation import CHANCES, augment, mixup
from components.trainer.fit import compile_model
from components.trainer.moving_average import MovingAverage
from pipeline.home import data_path
from pipeline.load import load_task
from pipeline.task import ImageFeatures, Split, Task, Training

CORES = os.cpu_count()


def divide(folder: Path, shares: Split, seed: int) -> dict[str, list[Path]]:
    """Divides the files `[train or test/]<class>/<file>` of a folder at random, as the shares say.

    Returns:
      Files by split. Where there is a folder `test`, it is that split.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    random.Random(seed).shuffle(files)
    test = [path for path in files if path.is_relative_to(folder / "test")]
    if not test:
        test = files[: round(len(files) * shares.test / 100)]
    chosen = set(test)
    others = [path for path in files if path not in chosen]
    count = round(len(others) * shares.eval / (shares.train + shares.eval))
    return {"train": others[count:], "eval": others[:count], "test": test}


def fixed() -> tf.data.Options:
    """Lets iterators do as they are told: one that tunes itself takes long to be given up."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return options


def decode(
    files: Sequence[Path], classes: Sequence[str], features: ImageFeatures
) -> tuple[np.ndarray, np.ndarray]:
    """Reads images of the size that the features have, and their classes from the folders' names.

    Returns:
      uint8 [files, height, width, channels] and one-hot float32 [files, classes].
    """
    shape = (features.height, features.width, features.channels)

    def read(path: tf.Tensor) -> tf.Tensor:
        pixels = tf.io.decode_image(tf.io.read_file(path), shape[2], expand_animations=False)
        return tf.ensure_shape(pixels, shape)

    paths = tf.data.Dataset.from_tensor_slices([str(path) for path in files])
    batches = paths.map(read, CORES).batch(256).with_options(fixed())
    images = np.concatenate(list(batches.as_numpy_iterator()))
    numbers = [classes.index(path.parent.name) for path in files]
    return images, np.eye(len(classes), dtype=np.float32)[numbers]


def batches_of(
    images: np.ndarray,
    labels: np.ndarray,
    training: Training,
    mean: np.ndarray,
    deviation: np.ndarray,
    seed: int | None = None,
) -> tf.data.Dataset:
    """Returns batches of standardised float32 images and labels.

    Args:
      images: uint8 [examples, height, width, channels].
      labels: float32 [examples, classes].
      training: gives the size of a batch, and the augmentation.
      mean: float32 [channels].
      deviation: float32 [channels].
      seed: shuffles, augments and repeats without end; None gives the images once, in order.
    """
    settings = training.augmentation.to_dict()
    alpha = settings.pop("mixup")

    def standardise(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return (tf.cast(x, tf.float32) - mean) / deviation, y

    @tf.autograph.experimental.do_not_convert
    def change(batch: tuple[tf.Tensor, tf.Tensor], step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x, y = standardise(*batch)
        count = tf.shape(x)[0]
        x = augment(x, chance.uniform([count, CHANCES], tf.stack([seed, step])), **settings)
        if not alpha:
            return x, y
        return mixup(x, y, chance.beta(count, tf.stack([seed, -1 - step]), alpha))

    batches = tf.data.Dataset.from_tensor_slices((images, labels))
    if seed is None:
        batches = batches.batch(training.batch_size).map(standardise, CORES)
    else:
        batches = batches.shuffle(len(images), seed).repeat().batch(training.batch_size, True)
        batches = tf.data.Dataset.zip(batches, tf.data.Dataset.counter()).map(change, CORES)
    return batches.prefetch(2).with_options(fixed())


def train(task: Task, saved_model: Path) -> float:
    """Trains, saves a SavedModel, and returns the accuracy on the test images.

    Raises:
      InputError: the model is trained in phases.
    """
    training = task.training
    keras.utils.set_random_seed(task.seed)
    files = divide(data_path(task.data.path), task.split, task.seed)
    classes = sorted({path.parent.name for path in files["train"]})
    images, labels = {}, {}
    for split, paths in files.items():
        images[split], labels[split] = decode(paths, classes, task.features)
    mean = images["train"].mean(axis=(0, 1, 2), dtype=np.float64).astype(np.float32)
    deviation = images["train"].std(axis=(0, 1, 2), dtype=np.float64).astype(np.float32)

    def batches(split: str, seed: int | None = None) -> tf.data.Dataset:
        return batches_of(images[split], labels[split], training, mean, deviation, seed)

    with precision.policy(precision.resolve(training.precision, convolutional=True)):
        shape = images["train"].shape[1:]
        model = models.load(task.model.name)(shape, len(classes), **task.model.options)
    if len(models.phases(task.model.name, model, task.model.options)) > 1:
        raise InputError(f"{task.name}: {task.model.name} is trained in phases, the script in one")
    steps = training.steps_per_epoch or max(1, len(images["train"]) // training.batch_size)
    total = steps * training.epochs
    compile_model(model, training.to_dict(), learning_rate_factor=1.0, steps=total)
    callbacks: list[keras.callbacks.Callback] = []
    if training.ema:
        callbacks.append(MovingAverage(model.weights, training.ema))
    if training.patience:
        stop = keras.callbacks.EarlyStopping(patience=training.patience, restore_best_weights=True)
        callbacks.append(stop)
    model.fit(
        batches("train", task.seed),
        validation_data=batches("eval"),
        epochs=training.epochs,
        steps_per_epoch=steps,
        shuffle=False,
        callbacks=callbacks,
        verbose=0,
    )
    _, accuracy = model.evaluate(batches("test"), verbose=0)
    model.export(saved_model, verbose=False)
    return accuracy


if __name__ == "__main__":
    try:
        print(train(load_task(sys.argv[1]), Path(sys.argv[2])))
    except InputError as error:
        sys.exit(f"error: {error}")
