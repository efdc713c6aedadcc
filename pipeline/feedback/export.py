"""Writes what was chosen for another tool: the files, and a table to fill in."""

import csv
from pathlib import Path

from components.errors import InputError
from data import folders
from pipeline.feedback.round import Round

TABLE = "labels.csv"
_FOLDER = "files"


def export(chosen: Round, folder: Path) -> Path:
    """Writes `labels.csv`, whose column `label` has what is known so far, and `files/`.

    Args:
      chosen: a round.
      folder: must not exist yet; it appears whole or not at all.

    Returns:
      The table's path.

    Raises:
      InputError: the folder cannot be written.
    """
    labels = chosen.answers.labels
    try:
        with folders.whole(folder) as aside:
            (aside / _FOLDER).mkdir()
            with (aside / TABLE).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["id", "label", "file", "guess", "probability", "why"])
                for item in chosen.items:
                    (aside / _FOLDER / item.file).write_bytes(chosen.content(item))
                    path = f"{_FOLDER}/{item.file}"
                    label = labels.get(item.id, "")
                    writer.writerow([item.id, label, path, item.guess, item.probability, item.why])
    except OSError as error:
        raise InputError(f"--export = {str(folder)!r}: {error.strerror}") from None
    return folder / TABLE
