"""What training says while it runs: one line an epoch, and a record of all of them."""

import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from components.errors import InputError

_logger = logging.getLogger("progress")


class Progress(keras.callbacks.Callback):
    """Logs each epoch and keeps its figures in `epochs`."""

    def __init__(self, total: int) -> None:
        """Begins with no epoch.

        Args:
          total: epochs of the whole training.
        """
        super().__init__()
        self._total = total
        self.epochs: list[dict[str, Any]] = []
        self._began = 0.0

    @property
    def last_epoch(self) -> int:
        """Number of the last epoch, from 1; 0 where there is none."""
        return self.epochs[-1]["epoch"] if self.epochs else 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Records loss and accuracy on both splits, and seconds.

        Raises:
          InputError: the loss is no number any more.
        """
        figures = {
            "epoch": epoch + 1,
            "loss": float(logs["loss"]),
            "accuracy": float(logs["accuracy"]),
            "eval_loss": float(logs["val_loss"]),
            "eval_accuracy": float(logs["val_accuracy"]),
            "seconds": round(time.perf_counter() - self._began, 3),
        }
        if not math.isfinite(figures["loss"]):
            raise InputError(
                f"Training.learning_rate: the loss became {figures['loss']} in epoch {epoch + 1}; "
                f"choose a lower learning rate"
            )
        self.epochs.append(figures)
        _logger.info(
            "epoch %d/%d: loss %.3f, eval accuracy %.3f",
            epoch + 1,
            self._total,
            figures["loss"],
            figures["eval_accuracy"],
        )


@contextmanager
def prefixed(prefix: str) -> Iterator[None]:
    """Puts words in front of all that is said of progress meanwhile."""

    def put(record: logging.LogRecord) -> bool:
        record.msg = f"{prefix}{record.msg}"
        return True

    _logger.addFilter(put)
    try:
        yield
    finally:
        _logger.removeFilter(put)
