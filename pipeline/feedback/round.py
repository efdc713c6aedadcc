"""A round of labelling: what was chosen, why, and what has been answered.

runs/<task>/feedback/2026-08-01T09-30-00.000000Z/
  chosen.json       the requests, in the order in which they are asked
  items/            their contents, as the log may be gone tomorrow
  answers.jsonl     what a person has said of them so far
  span.json         which span it became; a round without it is not finished
"""

import datetime
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.files import write_whole
from data import folders
from pipeline.feedback.answers import Answers
from pipeline.one_process import one_process

_CHOSEN, _ITEMS, _ANSWERS, _SPAN = "chosen.json", "items", "answers.jsonl", "span.json"


@dataclass(frozen=True)
class Item:
    """A request to label."""

    id: str
    file: str
    """Its name among the items."""
    why: str
    """Why it was chosen, as in `choose`."""
    reason: str
    """The same, in a sentence."""
    guess: str
    """What the model in service takes it for."""
    probability: float
    """Of that."""
    source: str
    """Where it was logged."""


@dataclass(frozen=True)
class Round:
    """A folder, which exists."""

    folder: Path
    kind: str
    """`image` or `text`."""
    classes: tuple[str, ...]
    """Those that the data or the models know."""
    items: tuple[Item, ...]

    @cached_property
    def answers(self) -> Answers:
        """What has been said so far."""
        return Answers(self.folder / _ANSWERS)

    @property
    def is_finished(self) -> bool:
        """Whether it has become a span."""
        return (self.folder / _SPAN).exists()

    def item(self, wanted: str) -> Item:
        """Returns the item of an id.

        Raises:
          InputError: there is none.
        """
        found = next((item for item in self.items if item.id == wanted), None)
        if found is None:
            raise InputError(f"id {wanted!r}: was not chosen in the round {self.folder.name}")
        return found

    def content(self, item: Item) -> bytes:
        """Returns an image's file, or a text in UTF-8.

        Raises:
          InputError: it cannot be read.
        """
        path = self.folder / _ITEMS / item.file
        try:
            return path.read_bytes()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from None

    def finish(self, span: Path, labels: int) -> None:
        """Notes which span it became, and with how many labels."""
        write_whole(self.folder / _SPAN, _json({"span": str(span), "labels": labels}))


def begin(
    home: Path, kind: str, classes: Sequence[str], chosen: Sequence[tuple[Item, bytes]]
) -> Round:
    """Writes a new round, whole or not at all.

    Args:
      home: folder of all rounds.
      kind: `image` or `text`.
      classes: those that are known.
      chosen: items and their contents.

    Raises:
      InputError: it cannot be written.
    """
    now = datetime.datetime.now(datetime.UTC)
    folder = home / f"{now:%Y-%m-%dT%H-%M-%S.%fZ}"
    items = [item for item, _ in chosen]
    content = {"kind": kind, "classes": list(classes), "items": [asdict(item) for item in items]}
    try:
        with folders.whole(folder) as aside:
            (aside / _ITEMS).mkdir()
            for item, data in chosen:
                (aside / _ITEMS / item.file).write_bytes(data)
            (aside / _CHOSEN).write_text(_json(content), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}") from None
    return Round(folder, kind, tuple(classes), tuple(items))


def rounds(home: Path) -> list[Round]:
    """Returns all rounds, the newest last.

    Raises:
      InputError: one is damaged.
    """
    found = sorted(home.glob(f"[0-9]*/{_CHOSEN}")) if home.is_dir() else []
    return [_read(path) for path in found]


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Keeps others from labelling for the same task meanwhile.

    Raises:
      InputError: someone does, or the folder cannot be written.
    """
    busy = f"{home}: another one labels there (process {{process}}); end it first"
    with one_process(home / ".lock", busy):
        yield


def _read(path: Path) -> Round:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        items = tuple(Item(**item) for item in content["items"])
        return Round(path.parent, content["kind"], tuple(content["classes"]), items)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} cannot be read as a round of labelling: {error}") from None


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
