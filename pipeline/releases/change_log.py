"""The log of a task's releases: one JSON object a line, oldest first."""

import datetime
import getpass
import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

from components.errors import InputError
from components.files import write_whole
from pipeline.serving_config.release import Release

LOG = "releases.jsonl"
Kind = Literal["canary", "canary off", "promote", "rollback"]


@dataclass(frozen=True)
class Change:
    """One change of what is in service."""

    when: str
    """UTC, ISO 8601."""
    who: str
    """user@host"""
    what: Kind
    before: Release
    after: Release
    why: str = ""
    overridden: tuple[str, ...] = ()
    """What spoke against it, where it was forced; a sentence each."""

    @classmethod
    def now(cls, what: Kind, before: Release, after: Release, why: str) -> Self:
        """Returns a change of this moment, by this user."""
        when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        return cls(when, f"{_user()}@{socket.gethostname()}", what, before, after, why)

    def to_json(self) -> str:
        """Returns it in one line."""
        fields = asdict(self)
        document = {
            **{name: fields[name] for name in ("when", "who", "what")},
            "from": fields["before"],
            "to": fields["after"],
            "why": self.why,
        }
        if self.overridden:
            document["overridden"] = self.overridden
        return json.dumps(document, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Reads what `to_json` wrote.

        Raises:
          ValueError: it did not.
        """
        try:
            fields = json.loads(line)
            return cls(
                *(fields[name] for name in ("when", "who", "what")),
                before=_release(fields["from"]),
                after=_release(fields["to"]),
                why=fields["why"],
                overridden=tuple(fields.get("overridden", ())),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no change of a release: {error}") from error


def read(log: Path) -> list[Change]:
    """Returns the changes, oldest first; none where there is no log yet.

    Raises:
      InputError: it cannot be read.
    """
    changes = []
    for number, line in enumerate(_text(log).splitlines(), 1):
        try:
            changes.append(Change.from_json(line))
        except ValueError as error:
            raise InputError(f"{log}: line {number}: {error}") from None
    return changes


def append(log: Path, change: Change) -> None:
    """Adds a line.

    Raises:
      InputError: the log cannot be written; it is as before.
    """
    write_whole(log, f"{_text(log)}{change.to_json()}\n")


def stable_before(changes: Sequence[Change], stable: int) -> int | None:
    """Returns what was stable before a version, so that it is what to go back to.

    What was rolled back from counts no more: else a second rollback would bring it back.

    Args:
      changes: oldest first.
      stable: the version in service.
    """
    line: list[int] = []
    for change in changes:
        if line[-1:] != [change.before.stable]:
            line.append(change.before.stable)
        if change.what == "rollback" and change.after.stable in line:
            while line[-1] != change.after.stable:
                line.pop()
        elif line[-1] != change.after.stable:
            line.append(change.after.stable)
    return next((version for version in reversed(line) if version != stable), None)


def _release(fields: dict[str, Any]) -> Release:
    return Release(fields["stable"], fields["canary"], tuple(fields["kept"]))


def _text(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{log} cannot be read: {error}") from None


def _user() -> str:
    try:
        return getpass.getuser()
    except KeyError:
        # In a container, a user may have a number and no name.
        return str(os.getuid())
