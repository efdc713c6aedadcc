"""Asks a served model what a file shows or says, over REST, with Python's own library.

    python serving_config/clients/rest.py http://127.0.0.1:8501 digits digit.png

In the model's place, `digits/labels/canary` or `digits/versions/3` asks another version.
"""

import base64
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any


def predict(address: str, model: str, content: bytes) -> dict[str, Any]:
    """Returns `label`, `probability`, `classes` and `probabilities` of an image's or text's bytes.

    Raises:
      urllib.error.HTTPError: the server refuses; its body says why.
    """
    instance = {"b64": base64.b64encode(content).decode()}
    body = json.dumps({"signature_name": "predict", "instances": [instance]})
    request = urllib.request.Request(f"{address}/v1/models/{model}:predict", body.encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["predictions"][0]


if __name__ == "__main__":
    server, name, file = sys.argv[1:]
    prediction = predict(server, name, Path(file).read_bytes())
    print(f"{prediction['label']} {prediction['probability']:.4f}")
