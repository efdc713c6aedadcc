"""What makes a network's input of a text: the transform, told in numbers and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from components.tflite_rewriter.contract import VOCABULARY_FILE
from components.token_ids import PADDING, RESERVED, SPACELESS_SCRIPTS, UNKNOWN


@dataclass(frozen=True)
class Tokens:
    """The ids of a text's tokens."""

    length: int
    """Tokens a text."""
    first: int
    """So many are kept from the start of longer texts."""
    last: int
    """And so many from their end."""
    lowercase: bool
    spaceless_scripts: tuple[str, ...]
    """Scripts of which each letter is a token."""
    vocabulary: str
    """File of the known tokens, one a line, UTF-8."""
    padding: int
    """Id that fills up short texts."""
    unknown: int
    """Id of a token outside the vocabulary."""
    first_id: int
    """Id of the vocabulary's first line."""

    def steps(self) -> Iterator[str]:
        """Yields what is done to a text, in words."""
        yield (
            "Replace each character by its compatibility decomposition (NFKD), but leave Hangul "
            "syllables whole."
        )
        yield (
            "Remove format characters (Cf); make one space of each run of separators (Z) and other "
            "control characters (C)."
        )
        if self.lowercase:
            yield "Make it lower case."
        yield (
            "Split it into tokens: a run of letters, marks and digits, or any other single "
            f"character that is not a space. Of {', '.join(self.spaceless_scripts)}, each letter "
            "with its marks is a token."
        )
        if self.first and self.last:
            yield (
                f"Of more than {self.length} tokens, keep the first {self.first} and the last "
                f"{self.last}."
            )
        else:
            yield f"Keep the {'first' if self.first else 'last'} {self.length} tokens."
        yield (
            f"Look each up in {self.vocabulary}: its line, counted from 0, plus {self.first_id}; "
            f"{self.unknown} where it is not there."
        )
        yield f"Fill up with {self.padding} to {self.length}."


def tokens_of(features: dict[str, Any]) -> Tokens:
    """Returns the tokenisation that a task's `TextFeatures` ask for, given by their fields."""
    length = features["length"]
    last = {"start": 0, "both_ends": length // 2, "end": length}[features["keep"]]
    return Tokens(
        length=length,
        first=length - last,
        last=last,
        lowercase=features["lowercase"],
        spaceless_scripts=SPACELESS_SCRIPTS,
        vocabulary=VOCABULARY_FILE,
        padding=PADDING,
        unknown=UNKNOWN,
        first_id=RESERVED,
    )
