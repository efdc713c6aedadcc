"""Images or texts in folders named by their class."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from components.errors import InputError
from components.example_gen.files import IMAGE_SUFFIXES, TEXT_SUFFIXES, File
from components.example_gen.folders import entries, is_regular, is_utf8, walk

SUFFIXES = {"image": IMAGE_SUFFIXES, "text": TEXT_SUFFIXES}


class ClassFolders:
    """Collects the files of classes, and counts what it ignores on the way."""

    def __init__(self, kind: str) -> None:
        self.ignored: Counter[str] = Counter()
        self._suffixes = SUFFIXES[kind]
        self._what = f"{kind}s ({', '.join(self._suffixes)})"

    def collect(self, base: str, by_split: Mapping[str, str]) -> list[File]:
        """Returns the files, their paths as sources.

        Args:
          base: folder of the classes, or of the splits.
          by_split: folder of each ready-made split; empty where `base` holds the classes.

        Raises:
          InputError: a split is empty, or lies beside other folders; train has an empty class, or
            fewer than two; another split has a class that train lacks.
        """
        if not by_split:
            return self._classes(None, base)
        self._ignore(entries(base).files, "outside the class folders")
        found = {split: self._classes(split, folder) for split, folder in by_split.items()}
        known = {file.label for file in found["train"]}
        for split, files in found.items():
            strange = sorted({str(file.label) for file in files if file.label not in known})
            if strange:
                raise InputError(
                    f"data.path: {by_split[split]!r} has the class {strange[0]!r}, which "
                    f"{by_split['train']!r} lacks"
                )
        return [file for files in found.values() for file in files]

    def _classes(self, split: str | None, base: str) -> list[File]:
        inside = entries(base)
        self._ignore(inside.files, "outside the class folders")
        found: dict[str, list[File]] = {}
        for folder in inside.folders:
            if not is_utf8(folder.name):
                raise InputError(f"data.path: the name of the folder {folder.path!r} is not UTF-8")
            found[folder.name] = [
                File(entry.path, split, folder.name)
                for entry in walk(folder.path)
                if self._is_example(entry)
            ]
        self._check(base, split, found)
        return [file for files in found.values() for file in files]

    def _check(self, base: str, split: str | None, found: Mapping[str, list[File]]) -> None:
        where = f"data.path: the folder {base!r}"
        empty = [label for label, files in found.items() if not files]
        if len(empty) == len(found):
            raise InputError(
                f"{where} holds no {self._what} in folders, one folder a class; {self._ignored()}"
            )
        if split in ("eval", "test"):
            return
        if empty:
            raise InputError(
                f"{where} holds no {self._what} for the class {empty[0]!r}: fill or remove that "
                f"folder; {self._ignored()}"
            )
        if len(found) == 1:
            raise InputError(f"{where} holds one class, {next(iter(found))!r}; it takes two")

    def _is_example(self, entry: os.DirEntry[str]) -> bool:
        if not entry.name.lower().endswith(self._suffixes):
            self._ignore([entry])
        elif not is_regular(entry):
            self._ignore([entry], "no regular file")
        elif not is_utf8(entry.path):
            self._ignore([entry], "name not UTF-8")
        else:
            return True
        return False

    def _ignore(self, files: Iterable[os.DirEntry[str]], why: str = "") -> None:
        """Counts by suffix; `why` tells why a file was ignored whose suffix is a valid one."""
        for file in files:
            suffix = Path(file.name).suffix.lower()
            note = f" ({why})" if suffix in self._suffixes else ""
            self.ignored[f"{suffix or 'no suffix'}{note}"] += 1

    def _ignored(self) -> str:
        kinds = [f"{count} x {suffix}" for suffix, count in self.ignored.most_common(10)]
        return f"other files: {', '.join(kinds) or 'none'}"
