"""Names in the SavedModels that the Trainer exports, for those that read them."""

LABELS = "assets.extra/labels.txt"
"""The classes' names, one a line, in the order of the outputs."""
EMBED = "embed"
"""The signature that says what the model sees of examples; older models lack it."""
