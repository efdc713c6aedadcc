"""A model that a server can load."""

import pytest

from tests.serving import toy


@pytest.fixture(scope="session")
def saved_model(tmp_path_factory):
    """A SavedModel of images, with the signatures of the Trainer's."""
    return toy.write(tmp_path_factory.mktemp("toy"), 1)


@pytest.fixture(scope="session")
def examples():
    """Ten serialized examples, the later ones larger."""
    return [toy.example(toy.image(25 * n, (8 + 20 * n, 8))).SerializeToString() for n in range(10)]
