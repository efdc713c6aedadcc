"""The moving average of a model's weights, which is what is evaluated and served."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


class MovingAverage(keras.callbacks.Callback):
    """Averages the weights over the steps, and puts the average in their place for evaluation.

    Averages are taken of batch normalisation's statistics too, which Keras's `use_ema` leaves as
    they are: statistics of other weights than those that are evaluated. Source: Polyak and
    Juditsky, 1992, "Acceleration of Stochastic Approximation by Averaging"; early on the decay is
    less, (1 + step) / (10 + step), so that a short training is not held back by where it began.

    The average stays in the model between an epoch's evaluation and the next epoch, so also when
    training ends; callbacks see it in `on_epoch_end`.
    """

    def __init__(self, weights: Sequence[keras.Variable], decay: float) -> None:
        """Begins at the weights as they are.

        Args:
          weights: a model's; those that are no floating-point numbers are left alone.
          decay: share of the average that a step leaves as it was.
        """
        super().__init__()
        self.in_model = False
        self._weights = [w for w in weights if keras.backend.is_float_dtype(w.dtype)]
        self._averages = [keras.Variable(w.numpy(), trainable=False) for w in self._weights]
        self._step = keras.Variable(0, dtype="int64", trainable=False)

        @tf.function(autograph=False)
        def update() -> None:
            step = tf.cast(self._step.assign_add(1), tf.float32)
            share = 1 - tf.minimum(decay, (1 + step) / (10 + step))
            for average, weight in zip(self._averages, self._weights, strict=True):
                average.assign(average + share * (weight - average))

        self._update = update

    @property
    def variables(self) -> list[keras.Variable]:
        """All state but `in_model`."""
        return [self._step, *self._averages]

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._update()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self.in_model:
            self._swap()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.in_model:
            self._swap()

    def _swap(self) -> None:
        for average, weight in zip(self._averages, self._weights, strict=True):
            kept = keras.ops.convert_to_numpy(weight).copy()
            weight.assign(average)
            average.assign(kept)
        self.in_model = not self.in_model
