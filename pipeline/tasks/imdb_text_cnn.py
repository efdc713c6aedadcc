"""IMDB by the network for short texts: the task `imdb` with another model.

Command: make data TASK=imdb && make run TASK=imdb_text_cnn
Cost: 4 CPU-minutes, half of them training.
Expected: test accuracy of at least 0.89.
"""

from pipeline.run_local import main
from pipeline.task import Evaluation, Model, Training
from pipeline.tasks.imdb import TASK as IMDB

TASK = IMDB.replace(
    name="imdb_text_cnn",
    model=Model(name="text_cnn", options={"embedding": 32, "pairs": 200_000, "word_dropout": 0.5}),
    training=Training(epochs=3, learning_rate=5e-3),
    evaluation=Evaluation(min_accuracy=0.88, max_accuracy_drop=0.01),
)

if __name__ == "__main__":
    main(TASK)
