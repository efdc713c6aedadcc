"""Runs with FastAPI beside the project's packages: answers as people write it today.

    python _fastapi_app.py MODEL_RUN SAVED_MODEL PORT predict|function

It calls `model.predict`; or, as those do who know that this is slow for one example, a
`tf.function` of the model. One request is one example, which is read and transformed by the graph
that the served model has, and given to Keras. The handler is no coroutine, so that FastAPI calls it
in a thread, as it should where something takes long. Uvicorn has its defaults, but for its log.
"""

import base64
import sys
from pathlib import Path

import keras
import tensorflow as tf
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

MODEL_RUN, SAVED_MODEL, PORT, CALL = sys.argv[1:]
app = FastAPI()
model = keras.saving.load_model(Path(MODEL_RUN, "model.keras"))
transform = tf.saved_model.load(SAVED_MODEL).signatures["transform_features"]
function = tf.function(lambda features: model(features, training=False))
classes = Path(SAVED_MODEL, "assets.extra", "labels.txt").read_text().splitlines()


class Question(BaseModel):
    """One example: its raw feature, and the bytes of that in base64."""

    feature: str
    b64: str


@app.post("/predict")
def predict(question: Question) -> dict[str, str | float | list[float]]:
    """Returns what the model says of an example."""
    value = tf.train.BytesList(value=[base64.b64decode(question.b64)])
    features = tf.train.Features(feature={question.feature: tf.train.Feature(bytes_list=value)})
    example = tf.train.Example(features=features).SerializeToString()
    (transformed,) = transform(tf.constant([example])).values()
    if CALL == "predict":
        (probabilities,) = model.predict(transformed, verbose=0).tolist()
    else:
        (probabilities,) = function(transformed).numpy().tolist()
    probability = max(probabilities)
    label = classes[probabilities.index(probability)]
    return {"label": label, "probability": probability, "probabilities": probabilities}


if __name__ == "__main__":
    uvicorn.run(app, port=int(PORT), log_level="warning")
