"""Models to serve, written once, and a server in this process."""

import pytest

from tests.serving import toy
from tests.serving.in_process import running


@pytest.fixture(scope="session")
def toys(tmp_path_factory):
    """A folder with versions 1 and 2 of the toy model, and a models.config; not to be changed."""
    folder = tmp_path_factory.mktemp("toys")
    toy.main(folder)
    return folder


@pytest.fixture(scope="session")
def server(toys):
    """Serves the toys."""
    with running(toys / "models.config") as server:
        yield server
