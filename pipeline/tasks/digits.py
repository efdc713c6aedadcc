"""Handwritten digits: 1,797 grey images of 8 × 8 pixels, ten classes.

The images are scikit-learn's `load_digits`, written once as PNG files.

Command: make run
Cost: 40 s on two cores, 15 of them training.
Expected: test accuracy of at least 0.98.
"""

from pipeline.run_local import main
from pipeline.task import (
    Augmentation,
    Evaluation,
    ImageData,
    ImageFeatures,
    Model,
    Task,
    TFLite,
    Training,
)

TASK = Task(
    name="digits",
    data=ImageData(path="data/made/digits", source="data.digits:write"),
    features=ImageFeatures(height=8, width=8, channels=1),
    model=Model(name="residual_cnn", options={"width": 16}),
    training=Training(
        epochs=30,
        learning_rate=3e-3,
        augmentation=Augmentation(shift=0.1, rotation=10, zoom=0.1),
    ),
    # What 365 test images can decide.
    evaluation=Evaluation(min_accuracy=0.97, max_accuracy_drop=0.03),
    tflite=TFLite(max_accuracy_drop=0.02),
)

if __name__ == "__main__":
    main(TASK)
