"""IMDB by the network for short texts: the task `imdb` with another model.

Command: make data TASK=imdb && make run TASK=imdb_text_cnn
Cost: not yet measured.
Expected: not yet measured; the aim is a test accuracy of at least 0.89.
"""

from pipeline.run_local import main
from pipeline.task import Model, Training
from pipeline.tasks.imdb import TASK as IMDB

TASK = IMDB.replace(
    name="imdb_text_cnn",
    model=Model(name="text_cnn"),
    training=Training(epochs=6, learning_rate=1e-2),
)

if __name__ == "__main__":
    main(TASK)
