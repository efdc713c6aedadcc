"""A training's state after each epoch, so that one that was killed goes on where it was.

Keras's own `BackupAndRestore` writes weights and epoch one after the other, and keeps neither the
random state of dropout, nor that of early stopping, nor the epochs' figures. This is one file that
holds all of it and is replaced at once.
"""

import hashlib
import io
import json
import logging
import os
import zipfile
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from components.trainer.moving_average import MovingAverage
from components.trainer.progress import Progress

FOLDER = ".backup"
_logger = logging.getLogger("progress")


def backup_path(fn_args: FnArgs) -> str:
    """Names the backup by what is trained.

    TFX gives a node that is started again a new execution and new folders, so the file lies beside
    these, under a name that only the same settings, code and input have.

    Args:
      fn_args: TFX's files and folders.

    Returns:
      `.backup/<hash>.npz` in the node's folder, the one above `model_run/<execution>`.
    """
    node = os.path.dirname(os.path.dirname(fn_args.model_run_dir.rstrip("/")))
    return os.path.join(node, FOLDER, f"{fingerprint(fn_args)}.npz")


def fingerprint(fn_args: FnArgs) -> str:
    """Hashes settings, code and input, by what TFX hands over: 16 hexadecimal digits."""
    trained = [
        fn_args.custom_config,
        fn_args.transform_output,
        fn_args.schema_path,
        fn_args.train_files,
        fn_args.eval_files,
        fn_args.base_model,
        fn_args.hyperparameters,
    ]
    return hashlib.sha256(json.dumps(trained, sort_keys=True).encode()).hexdigest()[:16]


def discard(path: str) -> None:
    """Removes a backup, and any that trainings before this one left for good."""
    if tf.io.gfile.exists(os.path.dirname(path)):
        tf.io.gfile.rmtree(os.path.dirname(path))


class Backup(keras.callbacks.Callback):
    """Writes the state after each epoch. Goes last in the list of callbacks."""

    def __init__(
        self,
        path: str,
        phase: int,
        model: keras.Model,
        progress: Progress,
        early_stopping: keras.callbacks.EarlyStopping | None = None,
        average: MovingAverage | None = None,
    ) -> None:
        """Finds out what there is to keep.

        Args:
          path: the file, which need not exist.
          phase: number of the training's phase.
          model: built and compiled.
          progress: the figures to keep, and to go on from.
          early_stopping: its patience and best weights are kept too.
          average: its averages are kept too.
        """
        super().__init__()
        self._path = path
        self._phase = phase
        self._progress = progress
        self._early_stopping = early_stopping
        self._average = average
        model.optimizer.build(model.trainable_variables)
        averages = average.variables if average else []
        # `variables` has dropout's random state, which `weights` lacks.
        self._variables = [*model.variables, *model.optimizer.variables, *averages]
        self._stopping: dict[str, Any] | None = None

    def restore(self) -> bool:
        """Puts the state back, if there is one that fits; what does not fit is discarded.

        Returns:
          Whether this phase is still to be trained, from `progress` on: not, if the state is that
          of a later one.
        """
        if not tf.io.gfile.exists(self._path):
            return True
        try:
            with tf.io.gfile.GFile(self._path, "rb") as file:
                content = io.BytesIO(file.read())
            with np.load(content, allow_pickle=False) as arrays:
                about = json.loads(str(arrays["about"]))
                if about["phase"] != self._phase:
                    return about["phase"] < self._phase
                values, best = self._read(arrays)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            _logger.warning("the backup of an earlier start is of no use: %s", error)
            tf.io.gfile.remove(self._path)
            return True
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)
        if self._average:
            self._average.in_model = about["average_in_model"]
        if self._early_stopping:
            self._stopping = {**about["stopping"], "best_weights": best or None}
        self._progress.epochs[:] = about["epochs"]
        _logger.info("going on after epoch %d", self._progress.last_epoch)
        return True

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Gives early stopping, which begins anew when training does, its state back."""
        for name, value in (self._stopping or {}).items():
            setattr(self._early_stopping, name, value)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # Keras trains at least one epoch: started again, this one comes to the same decision.
        if not self.model.stop_training:
            self._write()

    def _write(self) -> None:
        arrays = {f"variable_{i}": np.array(v) for i, v in enumerate(self._variables)}
        about: dict[str, Any] = {"phase": self._phase, "epochs": self._progress.epochs}
        if self._average:
            about["average_in_model"] = self._average.in_model
        if self._early_stopping:
            stopping = self._early_stopping
            about["stopping"] = {
                "wait": stopping.wait,
                # None until an eval loss was a number.
                "best": None if stopping.best is None else float(stopping.best),
                "best_epoch": stopping.best_epoch,
            }
            best = stopping.best_weights or []
            arrays |= {f"best_{i}": value for i, value in enumerate(best)}
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array(json.dumps(about)), **arrays)
        tf.io.gfile.makedirs(os.path.dirname(self._path))
        with tf.io.gfile.GFile(f"{self._path}.partial", "wb") as file:
            file.write(buffer.getvalue())
        tf.io.gfile.rename(f"{self._path}.partial", self._path, overwrite=True)

    def _read(self, arrays: np.lib.npyio.NpzFile) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Reads all variables, and the best weights, before anything is put back.

        Raises:
          ValueError: it is the state of another model, or another optimizer.
          KeyError: it has too few variables.
        """
        values = [arrays[f"variable_{i}"] for i in range(len(self._variables))]
        best = [arrays[name] for name in arrays.files if name.startswith("best_")]
        count = sum(name.startswith("variable_") for name in arrays.files)
        if count != len(self._variables):
            raise ValueError(f"it has {count} variables, not {len(self._variables)}")
        for variable, value in zip(self._variables, values, strict=True):
            if value.shape != tuple(variable.shape):
                raise ValueError(f"{variable.path} is {tuple(variable.shape)}, not {value.shape}")
        return values, best
