"""Magnitude pruning: the smallest weights become zero, a few at a time, while training goes on.

Source: Zhu and Gupta, 2017, "To prune, or not to prune: exploring the efficacy of pruning for model
compression". TensorFlow Model Optimization, which is theirs, knows Keras 2 alone.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

_UPDATES = 50
"""How often, at most, more weights are pruned."""


def sparsity_at(step: int, ramp: int, final: float) -> float:
    """Returns the share of weights that are zero after a step: a cubic rise from 0.

    Fast at first, where much is redundant, and slow in the end.

    Args:
      step: counted from 0.
      ramp: step at which the rise ends.
      final: the share from there on.
    """
    return final * (1 - (1 - min(step / ramp, 1.0)) ** 3)


def largest(values: np.ndarray, sparsity: float) -> np.ndarray:
    """Marks the values that are kept.

    Args:
      values: of any shape.
      sparsity: share that is not kept: those with the smallest magnitudes.

    Returns:
      float32 of the same shape: 1 where a value is kept, else 0.
    """
    count = round(sparsity * values.size)
    mask = np.ones(values.size, np.float32)
    if count:
        mask[np.argpartition(np.abs(values).ravel(), count - 1)[:count]] = 0
    return mask.reshape(values.shape)


def prunable(model: keras.Model) -> list[keras.Variable]:
    """Returns the kernels and embeddings that a model trains; biases and scales are spared."""
    return [weight for weight in model.trainable_weights if len(weight.shape) > 1]


def share_of_zeros(weights: Sequence[keras.Variable]) -> float:
    """Returns which share of all numbers in some weights is zero, in 0..1."""
    arrays = [ops.convert_to_numpy(weight) for weight in weights]
    numbers = sum(array.size for array in arrays)
    return 1 - sum(np.count_nonzero(array) for array in arrays) / numbers


class MagnitudePruning(keras.callbacks.Callback):
    """Sets the smallest numbers of each weight to zero, and keeps them there to the end.

    Its state is in the weights and the number of the epoch, so a training that is taken up in the
    middle goes on as it would have gone.
    """

    def __init__(
        self, weights: Sequence[keras.Variable], sparsity: float, ramp: int, steps_per_epoch: int
    ) -> None:
        """Begins with no weight pruned.

        Args:
          weights: each is pruned to the same share.
          sparsity: the share in the end, in 0..1.
          ramp: step of the training at which it is reached; at least 1.
          steps_per_epoch: of the training.
        """
        super().__init__()
        self._weights = list(weights)
        self._sparsity = sparsity
        self._ramp = ramp
        self._every = max(1, ramp // _UPDATES)
        self._steps_per_epoch = steps_per_epoch
        self._first_step = 0
        self._masks: list[Any] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Takes numbers that are zero for pruned before, as no others are zero to the last bit."""
        arrays = [ops.convert_to_numpy(weight) for weight in self._weights]
        self._masks = [ops.convert_to_tensor((array != 0).astype("float32")) for array in arrays]

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._first_step = epoch * self._steps_per_epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        step = self._first_step + batch + 1
        if step == self._ramp or (step < self._ramp and step % self._every == 0):
            self._prune(sparsity_at(step, self._ramp, self._sparsity))
        # The optimizer has moved them all.
        for weight, mask in zip(self._weights, self._masks, strict=True):
            weight.assign(weight * mask)

    def _prune(self, sparsity: float) -> None:
        # What was pruned was zero before this step, and comes first.
        arrays = [
            ops.convert_to_numpy(weight * mask)
            for weight, mask in zip(self._weights, self._masks, strict=True)
        ]
        self._masks = [ops.convert_to_tensor(largest(array, sparsity)) for array in arrays]
