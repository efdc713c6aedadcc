"""Bidirectional LSTM over word embeddings, for texts where the order of words matters.

The states of all positions are pooled, by maximum and by mean, instead of reading the last one
alone: every word then is one step from the output, which small data needs. A bag of words and of
pairs of neighbours can add its scores to those of the states: see `_bag.py`.
"""

import keras
from keras import layers, ops

from components.trainer.models._bag import added_up, bag, vectors

INPUT = "text"


def build(
    length: int,
    vocabulary_size: int,
    class_count: int,
    *,
    embedding: int = 128,
    units: int = 64,
    pairs: int = 0,
    bag_embedding: int = 32,
    word_dropout: float = 0.4,
    dropout: float = 0.5,
) -> keras.Model:
    """Builds the network, untrained.

    Args:
      length: tokens a text.
      vocabulary_size: number of token ids; 0 is padding.
      class_count: number of classes.
      embedding: components of a token's vector.
      units: LSTM cells in each direction.
      pairs: buckets that pairs of neighbours are hashed into; 0 leaves the bag out.
      bag_embedding: components of the bag's vectors.
      word_dropout: share of the words that a text loses in training.
      dropout: share of the pooled features that are dropped in training.

    Returns:
      A model from integer [batch, length] to float32 probabilities [batch, classes].
    """
    token_ids = keras.Input((length,), dtype="int32", name="token_ids")
    embedded = vectors(
        "token_embedding", token_ids, token_ids, vocabulary_size, embedding, word_dropout
    )
    present = ops.expand_dims(ops.cast(ops.not_equal(token_ids, 0), embedded.dtype), -1)
    # Without a mask in the loop each step is cheaper and cuDNN and TFLite take the layer; the
    # backward cells, which meet the padding first, learn to wait.
    states = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(embedded)
    mean = ops.sum(states * present, axis=1) / ops.maximum(ops.sum(present, axis=1), 1)
    # Below any LSTM state, so that padding is never the maximum.
    strongest = ops.max(states - 2 * (1 - present), axis=1)
    features = layers.Concatenate()([mean, strongest])
    if pairs:
        words = bag(token_ids, vocabulary_size, bag_embedding, pairs, word_dropout)
        probabilities = added_up({"states": features, "bag": words}, class_count, dropout)
    else:
        head = layers.Dense(class_count, activation="softmax", dtype="float32", name="head")
        probabilities = head(layers.Dropout(dropout)(features))
    return keras.Model(token_ids, probabilities, name="bilstm")
