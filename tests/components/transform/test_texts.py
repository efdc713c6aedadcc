"""Texts become ids of normalised tokens, eagerly and in the exported graph."""

import numpy as np
import pytest
import tensorflow as tf

from components.features import TEXT
from components.token_ids import PADDING, RESERVED, TOKEN_IDS, UNKNOWN, VOCABULARY
from components.transform import texts

SETTINGS = {"length": 6, "vocabulary_size": 10, "keep": "start", "lowercase": True}
TEXTS = ["The cat sat.", "the CAT, the dog", "", "a cat ate the dog's food today", "   \n\t"]


def tokens(text: str | bytes, lowercase: bool = True) -> list[str]:
    (row,) = texts.tokenise(tf.constant([text]), lowercase=lowercase).to_list()
    return [token.decode() for token in row]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World! Don't", ["hello", ",", "world", "!", "don", "'", "t"]),
        ("snake_case 3.14", ["snake", "_", "case", "3", ".", "14"]),
        ("ŁÓDŹ Straße МИР", ["ło\u0301dz\u0301", "straße", "мир"]),
        ("हिन्दी 한국어", ["हिन्दी", "한국어"]),
        ("東京 です", ["東", "京", "て\u3099", "す"]),
        ("a\u00a0b\u2003c\x00d\r\ne", ["a", "b", "c", "d", "e"]),
        ("co\u00adoperate\ufeff", ["cooperate"]),
        ("ok \U0001f600!", ["ok", "\U0001f600", "!"]),
        (b"bad \xff byte", ["bad", "\ufffd", "byte"]),
        ("", []),
        (" \t\n", []),
    ],
)
def test_tokens_are_words_of_any_script_or_single_marks(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("caf\u00e9", "cafe\u0301"),
        ("\uff26\uff35\uff2c\uff2c", "full"),
        ("\ufb01ne", "fine"),
        ("x\u00b2", "x2"),
        ("\u212a", "k"),
        ("\u1ec7", "e\u0323\u0302"),
    ],
)
def test_compatible_spellings_give_the_same_token(written, also):
    assert tokens(written) == tokens(also)


def test_case_is_kept_where_the_task_wants_it():
    assert tokens("Ab É", lowercase=False) == ["Ab", "E\u0301"]


@pytest.mark.parametrize(
    ("length", "keep", "expected"),
    [
        (3, "start", ["a b c", "x y", ""]),
        (3, "end", ["c d e", "x y", ""]),
        (3, "both_ends", ["a b e", "x y", ""]),
        (4, "both_ends", ["a b d e", "x y", ""]),
        (1, "both_ends", ["a", "x", ""]),
        (5, "both_ends", ["a b c d e", "x y", ""]),
    ],
)
def test_of_long_texts_the_start_the_end_or_both_are_kept(length, keep, expected):
    tokens = texts.tokenise(tf.constant(["a b c d e", "x y", ""]), lowercase=True)
    found = texts.cut(tokens, length, keep)
    assert [b" ".join(row).decode() for row in found.to_list()] == expected


def test_long_rows_are_cut_and_short_ones_padded():
    ids = tf.ragged.constant([[2, 3, 4, 5], [6], []], dtype=tf.int64)
    assert texts.pad(ids, 3).numpy().tolist() == [[2, 3, 4], [6, 0, 0], [0, 0, 0]]


@pytest.fixture(scope="module")
def output(analyse):
    return analyse(TEXT, [text.encode() for text in TEXTS], texts.preprocessing_fn, SETTINGS)


def test_the_exported_graph_agrees_with_the_plain_functions(output, apply):
    unseen = [*TEXTS, "THE zebra \u00e9"]
    vocabulary = [word.decode() for word in output.vocabulary_by_name(VOCABULARY)]
    expected = np.full((len(unseen), SETTINGS["length"]), PADDING)
    for row, text in enumerate(unseen):
        for column, token in enumerate(tokens(text)[: SETTINGS["length"]]):
            known = token in vocabulary
            rank = vocabulary.index(token) + RESERVED if known else UNKNOWN
            expected[row, column] = rank
    ids = apply(output, TEXT, [text.encode() for text in unseen])
    assert ids.dtype == np.int64
    np.testing.assert_array_equal(ids, expected)
    assert (ids[-1] == [RESERVED, UNKNOWN, UNKNOWN, PADDING, PADDING, PADDING]).all()
    assert tuple(output.transformed_feature_spec()[TOKEN_IDS].shape) == (SETTINGS["length"],)


def test_the_vocabulary_is_ranked_by_frequency_and_bounded_by_the_task(output):
    vocabulary = output.vocabulary_by_name(VOCABULARY)
    assert vocabulary[0] == b"the"
    assert vocabulary[1] == b"cat"
    assert len(vocabulary) + RESERVED <= SETTINGS["vocabulary_size"]


def test_tokens_beyond_the_length_do_not_reach_the_vocabulary(output):
    assert b"today" not in output.vocabulary_by_name(VOCABULARY)
