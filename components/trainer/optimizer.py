"""How the weights move: AdamW or SGD under a warm-up and a cosine decay."""

from typing import Any, Literal

import keras


def make_optimizer(
    learning_rate: float,
    weight_decay: float,
    steps: int,
    *,
    optimizer: Literal["adamw", "sgd"] = "adamw",
    momentum: float = 0.9,
    warmup_share: float = 0.05,
    gradient_clip_norm: float | None = None,
) -> keras.optimizers.Optimizer:
    """Makes AdamW (Loshchilov and Hutter, 2019, "Decoupled Weight Decay Regularization") or SGD.

    Args:
      learning_rate: the peak, reached after a linear warm-up and followed by a cosine decay to
        zero at the last step.
      weight_decay: share of a weight, times the learning rate, taken off each step. Biases and
        the scales of normalisation layers are spared.
      steps: steps of the whole training.
      optimizer: `sgd` has Nesterov's momentum.
      momentum: of SGD; AdamW has its own.
      warmup_share: the share of the steps that the warm-up takes; at least one step.
      gradient_clip_norm: gradients whose norm over all weights is larger are scaled down to it.

    Returns:
      The optimizer.
    """
    warmup = max(1, round(warmup_share * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=learning_rate / (warmup + 1),
        warmup_target=learning_rate,
        warmup_steps=warmup,
        decay_steps=max(1, steps - warmup),
    )
    shared: dict[str, Any] = {
        "weight_decay": weight_decay,
        "global_clipnorm": gradient_clip_norm,
    }
    if optimizer == "sgd":
        made = keras.optimizers.SGD(schedule, momentum=momentum, nesterov=momentum > 0, **shared)
    else:
        made = keras.optimizers.AdamW(schedule, **shared)
    made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return made
