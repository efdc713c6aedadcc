"""On what a model is trained: one device, or every GPU there is."""

import tensorflow as tf


def strategy(batch_size: int) -> tf.distribute.Strategy:
    """Chooses how training is spread.

    Args:
      batch_size: examples a step. As many GPUs are taken as divide it: Keras fails where their
        shares differ.

    Returns:
      Of several GPUs, each holds a copy of the model and takes its share of every batch; with one
      device or none, TensorFlow's default. Batch normalisation goes by the share, not the batch.
    """
    gpus = tf.config.list_logical_devices("GPU")
    count = max((n for n in range(1, len(gpus) + 1) if batch_size % n == 0), default=0)
    if count > 1:
        return tf.distribute.MirroredStrategy([gpu.name for gpu in gpus[:count]])
    return tf.distribute.get_strategy()
