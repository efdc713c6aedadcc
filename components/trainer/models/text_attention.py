"""Small Transformer encoder, for texts where words matter by what else the text says.

Blocks of self-attention and a feed-forward network (Vaswani et al., 2017, "Attention Is All You
Need"), each normalised before instead of after (Xiong et al., 2020, "On Layer Normalization in the
Transformer Architecture"), which trains without a long warm-up. A text is the mean of its words
after the last block. Padding is neither attended to nor averaged, so it never matters.
"""

import keras
from keras import layers, ops

INPUT = "text"


def build(
    length: int,
    vocabulary_size: int,
    class_count: int,
    *,
    embedding: int = 64,
    depth: int = 1,
    heads: int = 4,
    feed_forward: int = 128,
    word_dropout: float = 0.2,
    dropout: float = 0.2,
) -> keras.Model:
    """Builds the network, untrained.

    Args:
      length: tokens a text.
      vocabulary_size: number of token ids; 0 is padding.
      class_count: number of classes.
      embedding: components of a token's vector, in every block.
      depth: blocks.
      heads: attention heads a block; each has `embedding // heads` components.
      feed_forward: units of a block's hidden layer.
      word_dropout: share of the words that a text loses in training.
      dropout: share of each block's changes, and of the pooled features, that are dropped in
        training.

    Returns:
      A model from integer [batch, length] to float32 probabilities [batch, classes].
    """
    token_ids = keras.Input((length,), dtype="int32", name="token_ids")
    is_token = ops.not_equal(token_ids, 0)
    # From 1 on; padding, which only stands at the end, stays 0.
    positions = ops.cumsum(ops.cast(is_token, "int32"), axis=1) * ops.cast(is_token, "int32")
    words = layers.Embedding(vocabulary_size, embedding, name="token_embedding")(token_ids)
    words = layers.Dropout(word_dropout, noise_shape=(None, None, 1))(words)
    states = words + layers.Embedding(length + 1, embedding)(positions)
    attended = ops.expand_dims(is_token, 1)
    for _ in range(depth):
        normal = layers.LayerNormalization()(states)
        attention = layers.MultiHeadAttention(heads, max(1, embedding // heads))
        change = attention(normal, normal, attention_mask=attended)
        states = states + layers.Dropout(dropout)(change)
        change = layers.Dense(feed_forward, activation="gelu")(layers.LayerNormalization()(states))
        change = layers.Dense(embedding)(change)
        states = states + layers.Dropout(dropout)(change)
    states = layers.LayerNormalization()(states)
    present = ops.expand_dims(ops.cast(is_token, states.dtype), -1)
    mean = ops.sum(states * present, axis=1) / ops.maximum(ops.sum(present, axis=1), 1)
    features = layers.Dropout(dropout)(mean)
    head = layers.Dense(class_count, activation="softmax", dtype="float32", name="head")
    probabilities = head(features)
    return keras.Model(token_ids, probabilities, name="text_attention")
