"""What a task says of how its model is fitted."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.configuration import Configuration

Precision = Literal["auto", "float32", "mixed_float16", "mixed_bfloat16"]


class Augmentation(Configuration):
    """Random changes of training images; a share of the image's size, or degrees."""

    flip: bool = False
    """Mirror left and right."""
    shift: float = Field(0.0, ge=0, le=0.5)
    rotation: float = Field(0.0, ge=0, le=180)
    zoom: float = Field(0.0, ge=0, le=0.9)
    contrast: float = Field(0.0, ge=0, le=0.9)
    cutout: float = Field(0.0, ge=0, le=0.9)
    """Hide a rectangle of this share of the height and width."""
    mixup: float = Field(0.0, ge=0, le=10)
    """Blend images in pairs, and their labels, in shares from Beta(mixup, mixup)."""


class Training(Configuration):
    """How the model is fitted."""

    epochs: int = Field(20, ge=1)
    steps_per_epoch: int | None = Field(None, ge=1)
    """None: one pass over the training split an epoch."""
    batch_size: int = Field(64, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    """Peak of the schedule: a linear warm-up, then a cosine decay to zero."""
    warmup_share: float = Field(0.05, ge=0, lt=1)
    """Share of the steps that the warm-up takes; at least one step."""
    optimizer: Literal["adamw", "sgd"] = "adamw"
    momentum: float = Field(0.9, ge=0, lt=1)
    """Nesterov's, of `sgd` alone."""
    weight_decay: float = Field(1e-4, ge=0)
    gradient_clip_norm: float | None = Field(None, gt=0)
    """Gradients whose norm over all weights is larger are scaled down to it."""
    ema: float | None = Field(None, gt=0, lt=1)
    """Decay of the weights' moving average, which is then evaluated and served, such as 0.999."""
    class_weights: bool = False
    """Let each class count the same in the loss, however many examples it has."""
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    patience: int | None = Field(None, ge=1)
    """Epochs without a better eval loss before training stops; None never stops early."""
    precision: Precision = "auto"
    """`auto` is half precision where the machine multiplies it in hardware, else float32."""
    augmentation: Augmentation = Augmentation()
    warm_start: bool = False
    """Begin with the weights of the blessed model, if it was trained on other examples."""
    freeze_features: bool = False
    """Where it began with those, train the outputs alone."""
    cache_gib: float = Field(4.0, ge=0)
    """Examples that take less than this once decoded are kept in memory, if it is free; others are
    read and decoded anew in each epoch."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.freeze_features and not self.warm_start:
            raise ValueError("freeze_features = True needs warm_start = True")
        return self
