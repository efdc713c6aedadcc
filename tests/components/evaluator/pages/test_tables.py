"""What tables, lists and excerpts hold, and what they leave out."""

import math

import pytest

from components.evaluator.pages.confusions import most_frequent
from components.evaluator.pages.excerpt import GAP, MAX_WORDS, excerpt, heaviest
from components.evaluator.pages.tables import fold


def weighed(count, **weights):
    """Returns words, of which some weigh something: `w7=0.5`."""
    return [(f"w{i}", weights.get(f"w{i}", 0.0)) for i in range(count)]


@pytest.mark.parametrize(
    ("count", "shown", "folded", "left_out"),
    [(0, 0, 0, 0), (12, 12, 0, 0), (16, 16, 0, 0), (17, 12, 5, 0), (120, 12, 88, 20)],
)
def test_a_long_table_is_folded_and_then_cut(count, shown, folded, left_out):
    rows = fold(list(range(count)), 100)
    assert (len(rows.shown), len(rows.folded), rows.left_out) == (shown, folded, left_out)


def test_the_most_frequent_confusions_come_first_and_right_answers_are_none():
    found = most_frequent(((5, 0, 2), (7, 1, 0), (2, 0, 90)), ("a", "b", "c"))
    assert [(each.label, each.predicted, each.count) for each in found] == [
        ("b", "a", 7),
        ("a", "c", 2),
        ("c", "a", 2),
    ]
    assert [each.share for each in found] == pytest.approx([7 / 8, 2 / 7, 2 / 92])


def test_a_short_text_is_shown_whole_with_levels_by_weight():
    words = excerpt(weighed(5, w1=0.3, w2=-0.15, w3=0.04, w4=0.02))
    assert [word.text for word in words] == ["w0", "w1", "w2", "w3", "w4"]
    assert [word.level for word in words] == [0, 3, 2, 1, 0]
    assert heaviest(words).text == "w1"


def test_weights_that_hardly_matter_are_not_marked_strongly():
    words = excerpt(weighed(3, w0=0.004, w1=0.0008, w2=math.nan))
    assert [word.level for word in words] == [2, 0, 0]
    assert heaviest(words[1:]) is None


def test_a_long_text_is_cut_around_its_telling_words():
    words = excerpt(weighed(1000, w300=0.5, w303=0.2, w700=-0.4))
    text = " ".join(word.text for word in words)
    assert words[0] == words[-1] == GAP and words.count(GAP) == 3
    assert "w299 w300 w301" in text and "w699 w700 w701" in text
    assert len(words) <= MAX_WORDS + 3


def test_the_beginning_and_the_end_have_no_gap_of_their_own():
    words = excerpt(weighed(200, w0=0.5, w199=0.5))
    assert words[0].text == "w0" and words[-1].text == "w199" and words.count(GAP) == 1


def test_a_long_text_without_weights_shows_its_beginning():
    words = excerpt(weighed(1000))
    assert [word.text for word in words[:2]] == ["w0", "w1"]
    assert len(words) == MAX_WORDS + 1 and words[-1] == GAP


def test_a_text_full_of_telling_words_keeps_to_its_length():
    words = excerpt([(f"w{i}", 0.3) for i in range(5000)])
    assert len(words) <= MAX_WORDS + 12


def test_very_long_words_are_cut_and_no_words_are_none():
    (word,) = excerpt([("x" * 5000, 0.1)])
    assert len(word.text) == 60
    assert excerpt([]) == []
