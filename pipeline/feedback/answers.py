"""What has been answered, a line of JSON each, on the disk before the next question is asked."""

import datetime
import json
import os
from pathlib import Path
from typing import Any

from components.errors import InputError


class Answers:
    """A file that only grows: an answer counts until the same request is answered again, or the
    answer is taken back."""

    def __init__(self, path: Path) -> None:
        """Reads what there is.

        Raises:
          InputError: the file cannot be read, or is damaged elsewhere than at its end, where a
            process may have been killed.
        """
        self._path = path
        self._labels: dict[str, str | None] = {}
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from None
        self._end = content.rfind(b"\n") + 1
        for number, line in enumerate(content[: self._end].splitlines(), 1):
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise InputError(f"{path}, line {number}: is no answer") from None

    @property
    def labels(self) -> dict[str, str]:
        """The labels that were given, by the request's id."""
        return {item: label for item, label in self._labels.items() if label is not None}

    @property
    def skipped(self) -> set[str]:
        """Ids of requests that nobody could label."""
        return {item for item, label in self._labels.items() if label is None}

    @property
    def order(self) -> list[str]:
        """Ids of all that was answered, the last one last."""
        return list(self._labels)

    def add(self, item: str, label: str | None) -> None:
        """Saves an answer; None is a request that was skipped."""
        self._write({"id": item, "label": label})

    def take_back(self, item: str) -> None:
        """Saves that a request is unanswered again."""
        self._write({"id": item, "undone": True})

    def _take(self, line: dict[str, Any]) -> None:
        self._labels.pop(line["id"], None)
        if not line.get("undone"):
            self._labels[line["id"]] = line["label"]

    def _write(self, line: dict[str, Any]) -> None:
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        text = json.dumps(line | {"time": now}, ensure_ascii=False) + "\n"
        try:
            with self._path.open("ab") as file:
                # What a killed process has left of a line.
                file.truncate(self._end)
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{self._path} cannot be written: {error.strerror}") from None
        self._end += len(text.encode())
        self._take(line)
