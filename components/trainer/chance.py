"""Random numbers that depend on their seed alone, inside an input pipeline.

A seed is an int64 [2] tensor, such as the task's seed and the number of the step.
"""

import tensorflow as tf


def uniform(shape: list[int | tf.Tensor], seed: tf.Tensor) -> tf.Tensor:
    """Draws float32 numbers from -1 to 1.

    Args:
      shape: of the result.
      seed: int64 [2].
    """
    return tf.random.stateless_uniform(shape, seed, -1.0, 1.0)


def beta(count: int | tf.Tensor, seed: tf.Tensor, alpha: float) -> tf.Tensor:
    """Draws float32 numbers from 0 to 1 from Beta(alpha, alpha); a small alpha keeps to the ends.

    Args:
      count: how many.
      seed: int64 [2].
      alpha: above 0.

    Returns:
      float32 [count].
    """
    seeds = tf.unstack(tf.random.split(seed, 2))
    # A beta number is the share of one gamma number in two. Gamma numbers of a small alpha are too
    # small for float32, but not their logarithms: G(alpha) = G(alpha + 1) · U^(1 / alpha).
    raised = tf.random.stateless_gamma([2, count], seeds[0], alpha + 1)
    chance = tf.random.stateless_uniform([2, count], seeds[1], minval=1e-7)
    logarithms = tf.math.log(raised) + tf.math.log(chance) / alpha
    return tf.sigmoid(logarithms[0] - logarithms[1])
