"""Texts are cut short, put in capitals and mistyped by as much as is said."""

import _text_shifts as shifts
import numpy as np


def random() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_share_of_the_words_is_kept_as_it_stands() -> None:
    assert shifts.truncate("a  b\nc d", random(), 0.75) == "a  b\nc"
    assert shifts.truncate("only", random(), 0.25) == "only"
    assert shifts.truncate("  ", random(), 0.5) == "  "


def test_a_share_of_the_texts_is_put_in_capitals() -> None:
    source = random()
    texts = [shifts.capitalise("Good film", source, 0.2) for _ in range(1000)]
    assert set(texts) == {"Good film", "GOOD FILM"}
    assert 150 < texts.count("GOOD FILM") < 250


def test_all_texts_are_put_in_capitals() -> None:
    assert shifts.capitalise("Good film", random(), 1.0) == "GOOD FILM"


def test_a_share_of_the_characters_is_mistyped() -> None:
    """One in twenty changes nothing else: most words stay whole, the length about the same."""
    text = "the quick brown fox jumps over the lazy dog " * 100
    typed = shifts.mistype(text, random(), 0.05)
    words, whole = typed.split(), set(text.split())
    wrong = sum(word not in whole for word in words) / len(words)
    assert 0.1 < wrong < 0.3
    assert abs(len(typed) - len(text)) < 0.01 * len(text)


def test_a_text_is_never_mistyped_to_nothing() -> None:
    source = random()
    assert all(shifts.mistype("a", source, 1.0) for _ in range(50))


def test_the_severities_are_mild_to_severe() -> None:
    text = " ".join(map(str, range(100)))
    lengths = [len(alter(text, random()).split()) for alter in shifts.SHIFTS["truncation"]]
    assert lengths == [75, 50, 25]
