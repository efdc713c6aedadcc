"""Bags of words and of pairs of neighbours, which models of texts may read beside the order.

A bag is the average of the vectors of the words and of the pairs of neighbours, which are hashed
into a fixed number of buckets (Joulin et al., 2016, "Bag of Tricks for Efficient Text
Classification"). It learns from a few thousand texts what a linear model on TF-IDF learns.
"""

from keras import layers, ops

# The product with the largest vocabulary that a task allows still fits 32 bits.
_HASH_FACTOR = 401


def bag(token_ids, vocabulary_size: int, embedding: int, pairs: int, word_dropout: float):
    """Averages the vectors of words and of pairs.

    Args:
      token_ids: int32 [batch, length]; 0 is padding.
      vocabulary_size: number of token ids.
      embedding: components of a vector.
      pairs: buckets that pairs of neighbours are hashed into.
      word_dropout: share of the words, and of the pairs, that a text loses in training.

    Returns:
      [batch, embedding].
    """
    words = vectors(
        "token_embedding_bag", token_ids, token_ids, vocabulary_size, embedding, word_dropout
    )
    first, second = token_ids[:, :-1], token_ids[:, 1:]
    # A difference: at batch 1 the TFLite converter takes a sum for a bias, and fails on integers.
    buckets = ops.mod(first * _HASH_FACTOR - second, pairs)
    neighbours = vectors("hashed_embedding", buckets, second, pairs, embedding, word_dropout)
    count = ops.cast(ops.sum(ops.cast(ops.not_equal(token_ids, 0), "int32"), axis=1), words.dtype)
    total = ops.sum(words, axis=1) + ops.sum(neighbours, axis=1)
    return total / ops.expand_dims(ops.maximum(2 * count - 1, 1), -1)


def vectors(name: str, ids, tokens, size: int, embedding: int, word_dropout: float):
    """Looks ids up, with zeros at padding and, in training, at some words by chance.

    Args:
      name: of the layer.
      ids: int32 [batch, length], what is looked up.
      tokens: int32 [batch, length]; 0 is padding.
      size: number of ids.
      embedding: components of a vector.
      word_dropout: share of the vectors that a text loses in training.

    Returns:
      [batch, length, embedding].
    """
    found = layers.Embedding(size, embedding, name=name)(ids)
    present = ops.cast(ops.not_equal(tokens, 0), found.dtype)
    dropped = layers.Dropout(word_dropout, noise_shape=(None, None, 1))(found)
    return dropped * ops.expand_dims(present, -1)


def added_up(readers: dict, class_count: int, dropout: float):
    """Adds up the scores of readers, each with a head of its own.

    Args:
      readers: features [batch, components] by the reader's name.
      class_count: number of classes.
      dropout: share of the features that are dropped in training.

    Returns:
      float32 probabilities [batch, classes].
    """
    scores = [
        layers.Dense(class_count, dtype="float32", name=f"head_{reader}")(
            layers.Dropout(dropout)(features)
        )
        for reader, features in readers.items()
    ]
    return layers.Softmax(dtype="float32")(layers.Add(dtype="float32")(scores))
