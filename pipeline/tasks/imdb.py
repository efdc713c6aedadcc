"""Did they like the film? 50,000 reviews of IMDB, half of them positive.

Command: make data TASK=imdb && make run TASK=imdb
Cost: 12 CPU-minutes, nearly all of it training.
Expected: test accuracy of at least 0.89.
"""

from pipeline.run_local import main
from pipeline.task import Evaluation, Model, Split, Task, TextData, TextFeatures, Training

TASK = Task(
    name="imdb",
    data=TextData(path="data/made/imdb", source="data.fetch:ask_for"),
    features=TextFeatures(length=600, keep="both_ends", vocabulary_size=20_000),
    model=Model(name="bilstm", options={"embedding": 64, "pairs": 200_000, "word_dropout": 0.5}),
    training=Training(epochs=3, learning_rate=5e-3, ema=0.99),
    evaluation=Evaluation(min_accuracy=0.88, max_accuracy_drop=0.01),
    # The test reviews come ready-made; a twentieth of the others is enough for eval.
    split=Split(train=76, eval=4, test=20),
)

if __name__ == "__main__":
    main(TASK)
