"""A KFP to talk to, and what is to be run there."""

import pytest
import yaml

from pipeline.kubeflow.client.connection import Connection
from pipeline.kubeflow.client.server import connected
from pipeline.kubeflow.client.submit import Work
from tests.pipeline.kubeflow.client.fake_kfp import OPENAPI, FakeKfp


@pytest.fixture
def kfp():
    """A server that is KFP as far as KFP's OpenAPI file says."""
    if not OPENAPI.is_file():
        pytest.skip(f"needs KFP's OpenAPI file, {OPENAPI}")
    with FakeKfp() as fake:
        yield fake
    assert fake.violations == []


@pytest.fixture
def connect(kfp):
    """Returns a function from options to a server that answers."""

    def make(**options):
        return connected(Connection.of(kfp.url, environment={}, **options))

    return make


@pytest.fixture
def work(tmp_path):
    """Returns a function from a content to what is to be run."""

    def make(content="one", **options):
        package = tmp_path / "digits.yaml"
        package.write_text(yaml.safe_dump({"schemaVersion": "2.1.0", "content": content}))
        return Work("digits", package, **{"root": "s3://bucket/runs", **options})

    return make


@pytest.fixture
def lines():
    """What was said."""
    return []


@pytest.fixture
def say(lines):
    """Notes what is said."""
    return lines.append
