"""Images or texts in folders named by their class."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from components.errors import InputError
from components.example_gen.files import IMAGE_SUFFIXES, TEXT_SUFFIXES, File, Files
from components.example_gen.folders import entries, is_regular, is_utf8, walk

SUFFIXES = {"image": IMAGE_SUFFIXES, "text": TEXT_SUFFIXES}


class ClassFolders:
    """Collects the files of classes, and counts what it ignores on the way."""

    def __init__(self, kind: str, root: str) -> None:
        """Takes the kind, `image` or `text`, and the folder that sources are relative to."""
        self.ignored: Counter[str] = Counter()
        self._above = len(os.path.join(root, ""))
        self._files = Files()
        self._suffixes = SUFFIXES[kind]
        self._what = f"{kind}s ({', '.join(self._suffixes)})"

    def collect(self, base: str, by_split: Mapping[str, str]) -> Files:
        """Returns the files.

        Args:
          base: folder of the classes, or of the splits.
          by_split: folder of each ready-made split; empty where `base` holds the classes.

        Raises:
          InputError: a split is empty, or lies beside other folders; train has an empty class, or
            fewer than two; another split has a class that train lacks.
        """
        if not by_split:
            self._classes(None, base)
            return self._files
        self._ignore(entries(base).files, "outside the class folders")
        known: Sequence[str] = ()
        for split, folder in by_split.items():
            found = self._classes(split, folder)
            known = known or found
            strange = sorted(set(found) - set(known))
            if strange:
                raise InputError(
                    f"data.path: {folder!r} has the class {strange[0]!r}, which "
                    f"{by_split['train']!r} lacks"
                )
        return self._files

    def _classes(self, split: str | None, base: str) -> list[str]:
        """Adds the files of a split; returns its classes, those without a file left out."""
        inside = entries(base)
        self._ignore(inside.files, "outside the class folders")
        counts: dict[str, int] = {}
        for folder in inside.folders:
            if not is_utf8(folder.name):
                raise InputError(f"data.path: the name of the folder {folder.path!r} is not UTF-8")
            before = len(self._files)
            for entry in walk(folder.path):
                if self._is_example(entry):
                    self._files.add(File(entry.path[self._above :], split, folder.name))
            counts[folder.name] = len(self._files) - before
        self._check(base, split, counts)
        return [label for label, count in counts.items() if count]

    def _check(self, base: str, split: str | None, counts: Mapping[str, int]) -> None:
        where = f"data.path: the folder {base!r}"
        empty = [label for label, count in counts.items() if not count]
        if len(empty) == len(counts):
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
        if len(counts) == 1:
            raise InputError(f"{where} holds one class, {next(iter(counts))!r}; it takes two")

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
