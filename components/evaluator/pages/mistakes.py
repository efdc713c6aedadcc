"""The examples that the candidate has wrong, as the gallery shows them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from components.evaluator.pages.excerpt import Word, excerpt, heaviest
from components.evaluator.report import Mistake

MAX_MISTAKES = 48
_PICTURES_BYTES = 800_000
"""Of all pictures together."""
_PICTURE = "data:image/"


class Shown(NamedTuple):
    """One of them."""

    mistake: Mistake
    image: str | None
    heat: str | None
    excerpt: Sequence[Word]
    heaviest: Word | None
    """The word that weighs most, where one does."""


def shown(mistakes: Sequence[Mistake]) -> Iterator[Shown]:
    """Yields the first ones, as many as the page has room for."""
    left = _PICTURES_BYTES
    for mistake in mistakes[:MAX_MISTAKES]:
        image, heat = _picture(mistake.image), _picture(mistake.heat)
        left -= len(image or "") + len(heat or "")
        if left < 0:
            return
        words = excerpt(mistake.words)
        yield Shown(mistake, image, heat, words, heaviest(words))


def _picture(address: str | None) -> str | None:
    return address if address and address.startswith(_PICTURE) else None
