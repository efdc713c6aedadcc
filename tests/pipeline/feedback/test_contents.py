"""Contents are told apart as ingest does."""

from pipeline.feedback.contents import id_of
from tests.pipeline.feedback.conftest import grey


def test_images_by_their_bytes():
    assert id_of(grey(9), "image") == id_of(grey(9), "image") != id_of(grey(10), "image")


def test_texts_by_what_they_read():
    """Case and white space do not matter, as for the split."""
    assert id_of(b"A  Good\nfilm", "text") == id_of(b" a good film", "text")
    assert id_of(b"a good film", "text") != id_of(b"a bad film", "text")


def test_no_spreadsheet_takes_an_id_for_a_number():
    """1e10 would become 10000000000."""
    assert all(id_of(bytes([n]), "image").startswith("r") for n in range(100))
