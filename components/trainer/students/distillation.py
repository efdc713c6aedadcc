"""Distillation: a smaller network learns to answer as a trained one does.

Source: Hinton, Vinyals and Dean, 2015, "Distilling the Knowledge in a Neural Network". Both see the
same changed images, as Beyer et al. (2022, "Knowledge distillation: A good teacher is patient and
consistent") advise. `keras.distillation.Distiller` takes logits where our models give
probabilities, leaves out the weights of classes, and carries the teacher's weights in every backup.
"""

from typing import Any

import keras
from keras import ops

_SMALLEST = 1e-7


def log_softened(probabilities: Any, temperature: float) -> Any:
    """Returns the logarithms of what softmax would give at a temperature.

    Probabilities are enough: their logarithms are logits, but for a constant that softmax ignores.

    Args:
      probabilities: float [batch, classes], of softmax at temperature 1.
      temperature: above 1 brings them closer together.

    Returns:
      As `probabilities`.
    """
    logits = ops.log(ops.maximum(probabilities, _SMALLEST))
    return ops.log_softmax(logits / temperature, axis=-1)


class Divergence(keras.losses.Loss):
    """Kullback-Leibler divergence of the student's answers from the teacher's, at a temperature."""

    def __init__(self, temperature: float) -> None:
        """Makes the loss.

        Args:
          temperature: of both answers. Its square is a factor, which keeps the gradients' size.
        """
        super().__init__(name="divergence")
        self._temperature = temperature

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns float [batch], 0 where the two agree.

        Args:
          y_true: the teacher's probabilities, float [batch, classes].
          y_pred: the student's.
        """
        taught = log_softened(y_true, self._temperature)
        found = log_softened(y_pred, self._temperature)
        return self._temperature**2 * ops.sum(ops.exp(taught) * (taught - found), axis=-1)


class Distilled(keras.Model):
    """A student in training: its layers and weights are the student's, its loss has the teacher.

    Where it is evaluated, the loss is that of the labels alone.
    """

    def __init__(
        self,
        student: keras.Model,
        teacher: keras.Model,
        temperature: float,
        label_weight: float,
    ) -> None:
        """Shares the student's layers.

        Args:
          student: functional, from the transformed feature to probabilities.
          teacher: likewise, trained; it stays as it is.
          temperature: see `Divergence`.
          label_weight: share of the labels in the loss, in 0..1; the rest is the teacher's.
        """
        super().__init__(student.inputs, student.outputs[0], name=student.name)
        # A function, not a layer: else the teacher's weights would count as the student's.
        self._taught = lambda x: ops.stop_gradient(teacher(x, training=False))
        self._divergence = Divergence(temperature)
        self._label_weight = label_weight

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """See `keras.Model.compute_loss`."""
        of_labels = super().compute_loss(x, y, y_pred, sample_weight, training)
        if not training:
            return of_labels
        of_teacher = self._divergence(self._taught(x), y_pred, sample_weight)
        return self._label_weight * of_labels + (1 - self._label_weight) * of_teacher
