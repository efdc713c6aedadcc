"""Checks and measures of a text."""

import re
import unicodedata
from typing import NamedTuple

from components.example_gen.set_aside import SetAside

_DIGIT = re.compile(r"\d")


class TextMeasures(NamedTuple):
    """What statistics see of a text; names as in `components.features`."""

    characters: int
    words: int
    """Runs of anything but white space."""
    non_ascii_share: float
    """Of the characters."""
    digit_share: float
    """Of the characters; decimal digits of any script."""
    upper_case_share: float
    """Of the characters."""


def measure(text: str) -> TextMeasures:
    """Measures a text that is not empty."""
    characters = len(text)
    ascii_characters = len(text.encode("ascii", "ignore"))
    return TextMeasures(
        characters=characters,
        words=len(text.split()),
        non_ascii_share=1 - ascii_characters / characters,
        digit_share=len(_DIGIT.findall(text)) / characters,
        upper_case_share=sum(map(str.isupper, text)) / characters,
    )


def normalise(text: str) -> str:
    """Returns what two texts that read the same have in common.

    Compatibility forms (NFKC) and cases are folded, white space is collapsed to single spaces.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def check(text: str, max_characters: int) -> None:
    """Passes a usable text.

    Raises:
      SetAside: the text is empty, too long, or no valid Unicode.
    """
    if not text.strip():
        raise SetAside("has no text")
    if len(text) > max_characters:
        raise SetAside(
            f"has {len(text):,} characters, more than max_characters ({max_characters:,})"
        )
    check_encodable(text, "text")


def check_encodable(text: str, what: str) -> None:
    """Passes what UTF-8 can hold; JSON's escapes can make half a surrogate pair, which it can't.

    Raises:
      SetAside: the text is no valid Unicode.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        where = f"character {error.start + 1}"
        raise SetAside(f"has a {what} with half a surrogate pair at {where}") from None


def decode(content: bytes, max_characters: int) -> str:
    """Decodes and checks the content of a text file.

    Raises:
      SetAside: it is not UTF-8, or the text is not usable.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SetAside(f"is not UTF-8 at byte {error.start + 1}") from None
    check(text, max_characters)
    return text
