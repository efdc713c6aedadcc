"""Servers for the tests of one file."""

import pytest

from tests.pipeline.metadata.servers import MariaDBServer, PostgreSQLServer


@pytest.fixture(scope="module", params=[PostgreSQLServer, MariaDBServer])
def server(request):
    """A server; the tests run once with each kind of them."""
    with request.param.running() as running:
        yield running
