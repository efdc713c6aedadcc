"""The embedded text data: "which library wrote this?".

A row is the opening of a public docstring of an installed package, the label is the package.
Sources are read, never imported. Library names are masked and near-duplicates removed, so that
neither a name nor a copied sentence gives the answer away. NumPy is left out: its paragraphs and
SciPy's are too often interchangeable for the label to be fair.
"""

import ast
import csv
import hashlib
import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from data import folders, near_duplicates

# The label, and the name to import.
PACKAGES = {
    "apache-beam": "apache_beam",
    "pandas": "pandas",
    "scikit-learn": "sklearn",
    "scipy": "scipy",
    "tensorflow": "tensorflow",
}
FILE_NAME = "docstrings.csv"
FIELDS = ("text", "label", "module")
MASK = "LIBRARY"
MIN_WORDS = 10
ENOUGH_WORDS = 60
MAX_ROWS_PER_LABEL = 1_400
# Two texts of ten words that differ in one inner word have a similarity of 0.73.
SIMILARITY = 0.7

# Tests and examples are no documentation, vendored and generated code has another author, and
# Beam's folder `dataframe` documents the pandas interface once more.
_TESTS = r"(.*_)?test(s|ing|utils?)?(_.*)?"
_SKIPPED_FOLDERS = re.compile(
    _TESTS + "|_.*|benchmarks|clients|dataframe|examples|externals|include"
)
_SKIPPED_FILES = re.compile(_TESTS + "|conftest|setup|.*_pb2(_grpc)?")

_END_OF_PROSE = re.compile(
    r"""
      ^[ ]*[A-Z]\w*(?:\ \w+)?:[ ]*$      # Args:
    | ^[^\n]+\n[ ]*[-=~^]{3,}            # Parameters, underlined
    | ^[ ]*[:@]\w+[ :](?!`)              # :param x:, but not :class:`X`
    | ^[ ]*(?:\.\.[ ]|>>>|```|===|---)   # a directive, doctest, code block or rule
    | %\(\w+\)s                          # a place that a decorator fills
    | \n[ ]*\n[ ]+\S                     # an indented block after an empty line
    """,
    re.MULTILINE | re.VERBOSE,
)

# A web address names its library one way or another. "tf-idf" is no TensorFlow.
_LIBRARY_NAMES = re.compile(
    r"""
      https?://[^\s()<>\[\]`'"]+
    | (?i:numpy|scipy|pandas|tensorflow|keras|sklearn|scikit(?:[-_ ]?learn)?)
    | (?i:apache(?:[-_. ]?beam)?) | (?<![A-Za-z])(?i:beam)(?![a-z]) | (?<=[a-z])Beam(?![a-z])
    | (?<![A-Za-z])(?i:np|pd)(?![A-Za-z]) | (?<![A-Za-z])(?i:tf)(?![-_ ]?(?i:idf))
    """,
    re.VERBOSE,
)


class Row(NamedTuple):
    """One example; `module` is the dotted name of the module that defines the object."""

    text: str
    label: str
    module: str


def opening(docstring: str) -> str:
    """Returns the first paragraphs, up to `ENOUGH_WORDS`, in one line; '' if there is no prose.

    Sections, directives and code end the prose. A paragraph is never cut.
    """
    end = _END_OF_PROSE.search(docstring)
    prose = docstring[: end.start()] if end else docstring
    words: list[str] = []
    for paragraph in re.split(r"\n\s*\n", prose):
        words += paragraph.split()
        if len(words) >= ENOUGH_WORDS:
            break
    return " ".join(words)


def mask(text: str) -> str:
    """Replaces every library name and alias, also inside identifiers, by `MASK`."""
    return _LIBRARY_NAMES.sub(MASK, text)


def public_docstrings(node: ast.AST) -> Iterator[str]:
    """Yields the docstrings of public classes, functions and methods in source order."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if child.name.startswith("_"):
            continue
        if docstring := ast.get_docstring(child):
            yield docstring
        if isinstance(child, ast.ClassDef):
            yield from public_docstrings(child)


def source_files(package: str) -> Iterator[tuple[str, Path]]:
    """Yields (module, path) of the package's own modules, sorted by path.

    Private folders are skipped, private files are not: SciPy and scikit-learn define much of
    their public interface in them.

    Raises:
      ModuleNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"package {package!r} is not installed", name=package)
    root = Path(spec.submodule_search_locations[0])
    for path in sorted(root.rglob("*.py")):
        *parents, name = path.relative_to(root).with_suffix("").parts
        if not _SKIPPED_FILES.fullmatch(name) and not any(map(_SKIPPED_FOLDERS.fullmatch, parents)):
            yield ".".join((package, *parents, name)).removesuffix(".__init__"), path


def read_rows(package: str, label: str) -> Iterator[Row]:
    """Yields a row for every public docstring of the package with at least `MIN_WORDS` words."""
    for module, path in source_files(package):
        for docstring in public_docstrings(ast.parse(path.read_bytes(), filename=str(path))):
            text = mask(opening(docstring))
            if len(text.split()) >= MIN_WORDS:
                yield Row(text, label, module)


def distinct(rows: Iterable[Row]) -> list[Row]:
    """Returns the rows without near-duplicates, in the same order.

    The first of several stays. A text that nearly occurs under two labels goes from both, since
    neither label is the right one.
    """
    rows = list(rows)
    pairs = list(near_duplicates.pairs([row.text for row in rows], SIMILARITY))
    dropped = {k for pair in pairs if rows[pair[0]].label != rows[pair[1]].label for k in pair}
    for first, second in pairs:
        if first not in dropped:
            dropped.add(second)
    return [row for k, row in enumerate(rows) if k not in dropped]


def capped(rows: Iterable[Row]) -> list[Row]:
    """Returns at most `MAX_ROWS_PER_LABEL` rows a label, chosen by the hash of the text."""
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_label[row.label].append(row)
    chosen = set()
    for same_label in by_label.values():
        same_label.sort(key=lambda row: hashlib.sha256(row.text.encode()).digest())
        chosen.update(same_label[:MAX_ROWS_PER_LABEL])
    return sorted(chosen, key=lambda row: (row.label, row.module, row.text))


def write(folder: Path) -> None:
    """Writes `folder/docstrings.csv`: UTF-8, RFC 4180, columns text, label, module.

    The same installed versions give the same bytes. An existing folder is left as it is.

    Raises:
      ModuleNotFoundError: one of `PACKAGES` is not installed.
      OSError: the folder cannot be written.
    """
    if folder.exists():
        return
    rows = [row for label, package in PACKAGES.items() for row in read_rows(package, label)]
    with (
        folders.whole(folder) as aside,
        (aside / FILE_NAME).open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(capped(distinct(rows)))
