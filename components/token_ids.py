"""What the transform writes about tokens and the trainer reads."""

TOKEN_IDS = "token_ids"
"""The transformed feature."""
VOCABULARY = "vocabulary"
"""The transform's vocabulary file."""

PADDING = 0
UNKNOWN = 1
RESERVED = 2
"""Ids before the vocabulary's first."""

SPACELESS_SCRIPTS = ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar")
"""Scripts that are written without spaces: each of their letters is a token."""
