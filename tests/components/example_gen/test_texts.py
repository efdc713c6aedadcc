import pytest

from components.example_gen.set_aside import SetAside
from components.example_gen.texts import check, check_encodable, decode, measure, normalise


def test_measures_are_counts_and_shares_of_characters():
    """Words are runs of non-space; digits of any script are digits, ½ is none."""
    assert measure("Año 2024\n½ ok") == pytest.approx((13, 4, 2 / 13, 4 / 13, 1 / 13))
    assert measure("٣a") == pytest.approx((2, 1, 0.5, 0.5, 0.0))
    assert measure("plain words") == (11, 2, 0.0, 0.0, 0.0)


def test_texts_that_read_the_same_are_one():
    """Case, white space and compatibility forms make no difference; letters and accents do."""
    assert normalise(" The\n\tﬁsh  Straße") == "the fish strasse"
    assert normalise("e\u0301") == normalise("é")
    assert normalise("resume") != normalise("résumé")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no text"),
        (" \n\u00a0", "has no text"),
        ("x" * 11, "has 11 characters, more than max_characters (10)"),
        ("ab\ud800", "has a text with half a surrogate pair at character 3"),
    ],
)
def test_unusable_texts_are_set_aside(text, reason):
    """The reason says what is wrong."""
    with pytest.raises(SetAside) as caught:
        check(text, 10)
    assert str(caught.value) == reason


def test_names_are_checked_too():
    """A label that UTF-8 can't hold is set aside as well."""
    with pytest.raises(SetAside, match="has a label with half a surrogate pair at character 1"):
        check_encodable("\udfff", "label")


def test_files_are_utf8():
    """A byte order mark is dropped; a byte that is not UTF-8 is named by its position."""
    assert decode(b"\xef\xbb\xbfhello", 10) == "hello"
    with pytest.raises(SetAside, match="is not UTF-8 at byte 4"):
        decode(b"caf\xe9", 10)
