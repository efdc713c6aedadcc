"""What the model sees of a text: the ids of its first tokens.

The same graph runs in the analysis, in training and in serving, so it can use TensorFlow's own
string operations only, which know no Unicode normal forms. Done instead, in this order:

1. bytes that are not UTF-8 become U+FFFD;
2. every character is replaced by its own compatibility decomposition (NFKD, by Python's table).
   Composed and decomposed accents, full-width and half-width letters, ligatures and
   superscripts then agree. It falls short of NFKD in two ways: several marks on one letter keep
   the order they were written in, and Hangul syllables stay whole;
3. format characters (soft hyphens, joiners, byte-order marks) go, control characters become
   spaces;
4. upper case becomes lower by Unicode's rules, if the task says so.

A token is a run of letters, marks and digits of any script, or any other single character that is
not a space. Where a script writes words without spaces, each letter is a token.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from components.features import TEXT
from components.token_ids import (
    PADDING,
    RESERVED,
    SPACELESS_SCRIPTS,
    TOKEN_IDS,
    UNKNOWN,
    VOCABULARY,
)

_FORMAT = r"\p{Cf}"
_SPACE = r"[\p{Z}\p{C}]+"
_SPACELESS = "".join(rf"\p{{{script}}}" for script in SPACELESS_SCRIPTS)
_SINGLE = rf"[^\p{{L}}\p{{M}}\p{{N}} ]|[{_SPACELESS}]\p{{M}}*"


def preprocessing_fn(
    inputs: Mapping[str, tf.Tensor], custom_config: Mapping[str, Any]
) -> dict[str, tf.Tensor]:
    """Turns texts into token ids.

    Args:
      inputs: raw features; `text` holds one text an example.
      custom_config: `features` holds the fields of `TextFeatures`.

    Returns:
      `token_ids`: int64 [batch, length]. 0 is padding, 1 a token outside the vocabulary, from 2 on
      the training split's tokens, the most frequent first.
    """
    features = custom_config["features"]
    texts = tf.reshape(inputs[TEXT], [-1])
    # Only what the model will see counts for the vocabulary.
    tokens = tokenise(texts, lowercase=features["lowercase"])
    tokens = cut(tokens, features["length"], features["keep"])
    ranks = tft.compute_and_apply_vocabulary(
        tokens,
        default_value=UNKNOWN - RESERVED,
        top_k=features["vocabulary_size"] - RESERVED,
        vocab_filename=VOCABULARY,
    )
    return {TOKEN_IDS: pad(ranks + RESERVED, features["length"])}


def tokenise(texts: tf.Tensor, *, lowercase: bool) -> tf.RaggedTensor:
    """Normalises and splits texts.

    Args:
      texts: string [batch]; empty texts are allowed.
      lowercase: fold upper case.

    Returns:
      string [batch, (tokens)].
    """
    texts = normalise(texts)
    texts = tf.strings.regex_replace(texts, _FORMAT, "")
    texts = tf.strings.regex_replace(texts, _SPACE, " ")
    if lowercase:
        # Only now: it ends a text at the first NUL, which has become a space by here.
        texts = tf.strings.lower(texts, encoding="utf-8")
    # The whole match, \0, is five times as fast as a capturing group.
    texts = tf.strings.regex_replace(texts, _SINGLE, r" \0 ")
    return tf.strings.split(texts)


def cut(tokens: tf.RaggedTensor, length: int, keep: str) -> tf.RaggedTensor:
    """Leaves tokens out of texts that have too many.

    Args:
      tokens: string [batch, (tokens)].
      length: the most that a text may have.
      keep: `start`; `end`; or `both_ends`, half of each, after Sun, Qiu, Xu and Huang, 2019, "How
        to Fine-Tune BERT for Text Classification?".

    Returns:
      string [batch, (at most length)].
    """
    first = {"start": length, "both_ends": length - length // 2, "end": 0}[keep]
    if first == length:
        return tokens[:, :length]
    rest = tokens[:, first:]
    return tf.concat([tokens[:, :first], rest[:, first - length :]], axis=1)


def normalise(texts: tf.Tensor) -> tf.Tensor:
    """Mends and decomposes characters, steps 1 and 2 above: string [batch] to string [batch]."""
    # ASCII stays as it is, and splitting into characters is slow.
    rows = tf.where(~tf.strings.regex_full_match(texts, "[[:ascii:]]*"))
    return tf.tensor_scatter_nd_update(texts, rows, _decompose(tf.gather_nd(texts, rows)))


def pad(ids: tf.RaggedTensor, length: int) -> tf.Tensor:
    """Cuts or fills up rows: int64 [batch, (tokens)] to int64 [batch, length]."""
    return ids.to_tensor(default_value=PADDING, shape=[None, length])


def _decompose(texts: tf.Tensor) -> tf.Tensor:
    known, forms = _decompositions()
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
    codes = tf.strings.unicode_decode(texts, "UTF-8")
    characters = tf.strings.unicode_split(texts, "UTF-8")
    index = tf.searchsorted(known, codes.flat_values)
    index = tf.minimum(index, len(known) - 1)
    changed = tf.gather(known, index) == codes.flat_values
    decomposed = tf.where(changed, tf.gather(forms, index), characters.flat_values)
    return tf.strings.reduce_join(characters.with_flat_values(decomposed), axis=-1)


@cache
def _decompositions() -> tuple[list[int], list[str]]:
    """Returns the code points that NFKD changes, in order, and what each becomes."""
    surrogates = range(0xD800, 0xE000)
    hangul_syllables = range(0xAC00, 0xD7A4)
    forms = {
        code: unicodedata.normalize("NFKD", chr(code))
        for code in range(0x80, 0x30000)
        if code not in surrogates and code not in hangul_syllables
    }
    changed = {code: form for code, form in forms.items() if form != chr(code)}
    return list(changed), list(changed.values())
