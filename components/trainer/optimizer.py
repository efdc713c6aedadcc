"""How the weights move: AdamW under a warm-up and a cosine decay."""

import keras

_WARM_UP_SHARE = 0.05


def make_optimizer(
    learning_rate: float, weight_decay: float, steps: int
) -> keras.optimizers.Optimizer:
    """Makes AdamW (Loshchilov and Hutter, 2019, "Decoupled Weight Decay Regularization").

    Args:
      learning_rate: the peak, reached after a linear warm-up over the first 5 % of the steps and
        followed by a cosine decay to zero at the last.
      weight_decay: share of a weight, times the learning rate, taken off each step. Biases and
        the scales of normalisation layers are spared.
      steps: steps of the whole training.

    Returns:
      The optimizer.
    """
    warm_up = max(1, round(_WARM_UP_SHARE * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=learning_rate / (warm_up + 1),
        warmup_target=learning_rate,
        warmup_steps=warm_up,
        decay_steps=max(1, steps - warm_up),
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
