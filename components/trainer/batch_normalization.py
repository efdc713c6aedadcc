"""Batch normalisation in one kernel.

Keras 3 composes it of elementwise operations, always in float32: two thirds of a training step in
half precision on a CPU. TensorFlow's fused kernel reads and writes half precision and keeps the
statistics in float32. Under another backend the layer is Keras's own.
"""

from typing import Any

import keras

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf


@keras.saving.register_keras_serializable("components")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Normalises maps of [batch, height, width, channels]; else as `BatchNormalization`.

    Source: Ioffe and Szegedy, 2015, "Batch Normalization: Accelerating Deep Network Training by
    Reducing Internal Covariate Shift". The moving variance is that of the population, as in the
    paper: the batch's, times n / (n - 1).
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if keras.backend.backend() != "tensorflow":
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            return self._normalised(inputs, False, self.moving_mean, self.moving_variance)[0]
        outputs, mean, variance = self._normalised(inputs, True)
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            average.assign(average * self.momentum + value * (1 - self.momentum))
        return outputs

    def _normalised(self, inputs: Any, training: bool, mean: Any = None, variance: Any = None):
        """Returns what is normalised, and the mean and variance that it was normalised by."""
        return tf.compat.v1.nn.fused_batch_norm(
            inputs,
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=None if mean is None else tf.convert_to_tensor(mean),
            variance=None if variance is None else tf.convert_to_tensor(variance),
            epsilon=self.epsilon,
            is_training=training,
        )
