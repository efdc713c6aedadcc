"""Photographs of ten things: CIFAR-10, 60,000 images of 32 × 32 pixels.

Command: make data TASK=cifar10 && make run TASK=cifar10
Cost: 54 CPU-minutes, half an hour on two quiet cores; nearly all of it is training.
Expected: test accuracy of at least 0.88.
"""

from pipeline.run_local import main
from pipeline.task import (
    Augmentation,
    Evaluation,
    ImageData,
    ImageFeatures,
    Model,
    Split,
    Task,
    Training,
)

TASK = Task(
    name="cifar10",
    data=ImageData(path="data/made/cifar10", source="data.fetch:ask_for"),
    features=ImageFeatures(height=32, width=32, channels=3),
    model=Model(name="residual_cnn", options={"width": 96, "depth": 1, "pooled_stem": True}),
    training=Training(
        epochs=28,
        batch_size=128,
        optimizer="sgd",
        learning_rate=0.1,
        warmup_share=0.1,
        weight_decay=5e-3,
        label_smoothing=0.1,
        augmentation=Augmentation(flip=True, shift=0.125, contrast=0.2, cutout=0.25),
    ),
    evaluation=Evaluation(min_accuracy=0.87, max_accuracy_drop=0.015),
    # The test images come ready-made; a twentieth of the others is enough for eval.
    split=Split(train=76, eval=4, test=20),
)

if __name__ == "__main__":
    main(TASK)
