"""The server that is asked: any, or ours.

Against the real TensorFlow Serving: write the models with

    .venv/bin/python -m tests.serving.toy FOLDER /models/toy

serve FOLDER/models.config with FOLDER at /models, with
`--allow_version_labels_for_unavailable_models=true` and a monitoring config that switches
Prometheus on, and run these tests with SERVING_URL=http://HOST:8501 and SERVING_GRPC=HOST:8500.
"""

import os

import pytest

from tests.serving.in_process import Client


@pytest.fixture(scope="session")
def client(request):
    """Asks the server."""
    if "SERVING_URL" not in os.environ:
        return request.getfixturevalue("server")
    client = Client(os.environ["SERVING_URL"], os.environ.get("SERVING_GRPC", "127.0.0.1:8500"))
    request.addfinalizer(client.close)
    return client
