"""What befalls texts: cut short, put in capitals, mistyped."""

import re
import string
from collections.abc import Callable
from functools import partial

import numpy as np

_WORD = re.compile(r"\S+")


def truncate(text: str, random: np.random.Generator, share: float) -> str:
    """Keeps the first share of the words, at least one, and the white space between them."""
    words = list(_WORD.finditer(text))
    return text[: words[max(1, round(share * len(words))) - 1].end()] if words else text


def capitalise(text: str, random: np.random.Generator, share: float) -> str:
    """Puts a share of the texts in capitals as a whole."""
    return text.upper() if random.random() < share else text


def mistype(text: str, random: np.random.Generator, share: float) -> str:
    """Mistypes a share of the characters: each is left out, doubled, replaced by a letter, or
    swapped with the next, as likely."""
    typed = list(text)
    for place in np.flatnonzero(random.random(len(typed)) < share):
        match random.integers(4):
            case 0:
                typed[place] = ""
            case 1:
                typed[place] *= 2
            case 2:
                typed[place] = string.ascii_lowercase[random.integers(26)]
            case 3 if place + 1 < len(typed):
                typed[place], typed[place + 1] = typed[place + 1], typed[place]
    # The whole of a short text may have been left out.
    return "".join(typed) or text


SHIFTS: dict[str, list[Callable[[str, np.random.Generator], str]]] = {
    "truncation": [partial(truncate, share=share) for share in (0.75, 0.5, 0.25)],
    "upper case": [partial(capitalise, share=share) for share in (0.05, 0.2, 1.0)],
    "typos": [partial(mistype, share=0.05)],
}
"""By name, from mild to severe."""
