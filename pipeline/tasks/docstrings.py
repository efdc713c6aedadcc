"""Which library wrote this paragraph? The openings of public docstrings, library names masked.

The table is made once from the packages installed beside this project, and split by module.

Command: make run TASK=docstrings
Cost: 50 s on two cores, 13 of them training.
Expected: test accuracy not below that of TF-IDF with logistic regression, about 0.81.
"""

from pipeline.run_local import main
from pipeline.task import Evaluation, Model, Task, TextData, TextFeatures, TFLite, Training

TASK = Task(
    name="docstrings",
    data=TextData(
        path="data/made/docstrings",
        source="data.docstrings:write",
        group_column="module",
    ),
    features=TextFeatures(length=120, vocabulary_size=20_000),
    model=Model(name="text_cnn"),
    training=Training(epochs=6, learning_rate=1e-2),
    # What a thousand test texts can decide.
    evaluation=Evaluation(min_accuracy=0.75, max_accuracy_drop=0.04),
    tflite=TFLite(max_accuracy_drop=0.01),
)

if __name__ == "__main__":
    main(TASK)
