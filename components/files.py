"""Files that appear whole or not at all."""

import os
import uuid
from pathlib import Path

from components.errors import InputError


def write_whole(target: Path, text: str) -> None:
    """Writes a text in the place of what was there; makes the folders above.

    Raises:
      InputError: it cannot be written.
    """
    aside = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, target)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}") from None
