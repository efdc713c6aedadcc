"""Convolutions beside a bag of words, for short texts and small data.

Two readers, each with word vectors of its own, add up their scores:

- a bag of words and of pairs of neighbours: see `_bag.py`;
- convolutions of several widths with their strongest response anywhere in the text (Kim, 2014,
  "Convolutional Neural Networks for Sentence Classification"), which find longer phrases.

On shared vectors the convolutions, which fit faster, spoilt the bag: about one point of accuracy.
"""

from collections.abc import Sequence

import keras
from keras import layers

from components.trainer.models._bag import added_up, bag, vectors

INPUT = "text"


def build(
    length: int,
    vocabulary_size: int,
    class_count: int,
    *,
    embedding: int = 64,
    pairs: int = 20_000,
    filters: int = 32,
    filter_embedding: int = 32,
    widths: Sequence[int] = (2, 3, 4),
    word_dropout: float = 0.4,
    dropout: float = 0.5,
) -> keras.Model:
    """Builds the network, untrained.

    Args:
      length: tokens a text.
      vocabulary_size: number of token ids; 0 is padding.
      class_count: number of classes.
      embedding: components of the bag's vectors.
      pairs: buckets that pairs of neighbours are hashed into.
      filters: convolutions of each width.
      filter_embedding: components of the vectors that the convolutions read.
      widths: tokens that a convolution spans.
      word_dropout: share of the words that a text loses in training.
      dropout: share of either reader's features that are dropped in training.

    Returns:
      A model from integer [batch, length] to float32 probabilities [batch, classes].
    """
    token_ids = keras.Input((length,), dtype="int32", name="token_ids")
    words = vectors(
        "token_embedding_phrases",
        token_ids,
        token_ids,
        vocabulary_size,
        filter_embedding,
        word_dropout,
    )
    responses = [
        layers.Conv1D(filters, width, padding="same", activation="relu")(words) for width in widths
    ]
    readers = {
        "bag": bag(token_ids, vocabulary_size, embedding, pairs, word_dropout),
        "phrases": layers.Concatenate()([layers.GlobalMaxPooling1D()(r) for r in responses]),
    }
    return keras.Model(token_ids, added_up(readers, class_count, dropout), name="text_cnn")
