"""What is kept of a training beside the model: its settings and figures, and a picture of these."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from components.trainer.curves import CURVES, draw

REPORT = "training.json"


def write_report(
    folder: str,
    settings: Mapping[str, Any],
    epochs: Sequence[dict[str, Any]],
) -> None:
    """Writes `training.json` and `curves.svg`.

    Args:
      folder: where to, a path that TensorFlow can write.
      settings: what was trained, and how.
      epochs: the figures of each epoch, its `seconds` among them.
    """
    seconds = sum(epoch["seconds"] for epoch in epochs)
    examples = len(epochs) * settings["steps_per_epoch"] * settings["training"]["batch_size"]
    report = {
        **settings,
        "seconds": round(seconds, 3),
        "examples_per_second": round(examples / seconds, 1),
        "epochs": epochs,
    }
    for name, content in ((CURVES, draw(epochs)), (REPORT, json.dumps(report, indent=2) + "\n")):
        with tf.io.gfile.GFile(f"{folder}/{name}", "w") as file:
            file.write(content)
