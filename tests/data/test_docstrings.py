"""The docstrings table is large, balanced, masked, free of near-duplicates and reproducible."""

import ast
import csv
import os
import random
import re
import subprocess
import sys
import textwrap
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from data import docstrings, near_duplicates
from data.docstrings import Row


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The rows as the csv module reads them from the file."""
    folder = tmp_path_factory.mktemp("data") / "docstrings"
    docstrings.write(folder)
    assert [path.name for path in folder.iterdir()] == ["docstrings.csv"]
    with (folder / "docstrings.csv").open(encoding="utf-8", newline="") as file:
        header, *records = csv.reader(file, strict=True)
    assert header == ["text", "label", "module"]
    return [Row(*record) for record in records]


def test_enough_rows_in_enough_classes(rows: list[Row]) -> None:
    """At least 4,000 rows in at least 4 classes, the largest at most twice the smallest."""
    counts = Counter(row.label for row in rows)
    assert len(rows) >= 4_000
    assert set(counts) == set(docstrings.PACKAGES) and len(counts) >= 4
    assert max(counts.values()) <= 2 * min(counts.values())


def test_no_library_name_is_left(rows: list[Row]) -> None:
    """No text holds a name of any class, inside a word or alone, nor an alias or an address."""
    inside = re.compile(r"numpy|scipy|pandas|tensorflow|keras|sklearn|scikit|apache|https?:", re.I)
    word = re.compile(r"(?:np|pd|tf\w*|beam|\w+beam)", re.I)
    for row in rows:
        assert not inside.search(row.text), row
        # Term frequency is scikit-learn's subject, not TensorFlow's name.
        text = re.sub("tf-?idf", "", row.text, flags=re.IGNORECASE)
        assert [name for name in re.findall(r"[A-Za-z]+", text) if word.fullmatch(name)] == [], row


def test_texts_are_prose_in_one_line(rows: list[Row]) -> None:
    """Every text has at least ten words, no line break, no doctest and no section heading."""
    for row in rows:
        assert len(row.text.split()) >= 10, row
        assert row.text == " ".join(row.text.split()), row
        assert ">>> " not in row.text and "-----" not in row.text, row


def test_no_near_duplicates_remain(rows: list[Row]) -> None:
    """Among 600 random rows, compared one by one, no two reach the similarity threshold."""
    sample = random.Random(3).sample(rows, 600)
    sets = [near_duplicates.shingles(row.text) for row in sample]
    alike = [
        (sample[i], sample[j])
        for i, j in combinations(range(len(sample)), 2)
        if near_duplicates.jaccard(sets[i], sets[j]) >= docstrings.SIMILARITY
    ]
    assert alike == []


def test_modules_belong_to_their_library_and_hold_no_tests(rows: list[Row]) -> None:
    """A module's name starts with the package of its label; private folders and tests are out."""
    for module, label in {(row.module, row.label) for row in rows}:
        package, *folders = module.split(".")
        name = folders.pop() if folders else ""
        assert package == docstrings.PACKAGES[label]
        assert not any(folder.startswith("_") or "test" in folder for folder in folders), module
        assert not re.search(r"(^|_)test(_|ing|s?$)|conftest", name), module


def test_other_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    """Two fresh interpreters that order sets differently write identical files."""
    program = (
        "import sys, pathlib; from data import docstrings;"
        "docstrings.PACKAGES = {'scikit-learn': 'sklearn', 'pandas': 'pandas'};"
        "docstrings.MAX_ROWS_PER_LABEL = 300;"
        "docstrings.write(pathlib.Path(sys.argv[1]))"
    )
    root = Path(docstrings.__file__).parents[1]
    for seed in "12":
        subprocess.run(
            [sys.executable, "-c", program, tmp_path / seed],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
    first, second = ((tmp_path / seed / "docstrings.csv").read_bytes() for seed in "12")
    assert first == second
    assert first.count(b"\r\n") == 601


def test_a_failure_in_the_middle_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a row cannot be written, neither the folder nor a remainder exists."""
    row = Row("a text of some words", "scipy", "scipy.odr")
    monkeypatch.setattr(docstrings, "read_rows", lambda package, label: [row])
    monkeypatch.setattr(docstrings, "capped", lambda rows: [row, None])
    with pytest.raises(csv.Error):
        docstrings.write(tmp_path / "docstrings")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says which package is not installed, and no folder is made."""
    monkeypatch.setattr(docstrings, "PACKAGES", {"no-such-library": "no_such_library"})
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        docstrings.write(tmp_path / "docstrings")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "end",
    [
        "Parameters\n----------\nx : array",
        "Args:\n  x: a tensor",
        ":param x: a matrix",
        ".. versionadded:: 1.0",
        ">>> fit(1)",
        "%(parameters)s",
        "=== ===\n 1   2\n=== ===",
        "    an_indented_block()",
    ],
)
def test_prose_ends_where_a_section_or_code_begins(end: str) -> None:
    """Both paragraphs before it are kept, in one line, and nothing after it."""
    docstring = f"Fit the model\nto :class:`X`.\n\nSlowly: be patient.\n\n{end}\n\nMore prose."
    assert docstrings.opening(docstring) == "Fit the model to :class:`X`. Slowly: be patient."


def test_paragraphs_end_after_sixty_words() -> None:
    """The paragraph that reaches sixty words is kept whole and is the last."""
    opening = docstrings.opening("\n\n".join(["one " * 40, "two " * 40, "three " * 40]))
    assert Counter(opening.split()) == {"one": 40, "two": 40}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("as np.dot, but NumPy-like", "as LIBRARY.dot, but LIBRARY-like"),
        ("a TFRecord, tf.io or is_tf_type", "a LIBRARYRecord, LIBRARY.io or is_LIBRARY_type"),
        ("the tf-idf of Tfidf", "the tf-idf of Tfidf"),
        ("Apache Beam's InteractiveBeam", "LIBRARY's InteractiveLIBRARY"),
        ("the beams of pdf input", "the beams of pdf input"),
        ("see (https://pandas.pydata.org/x.html).", "see (LIBRARY)."),
        ("scikit-learn, sklearn and PANDAS", "LIBRARY, LIBRARY and LIBRARY"),
    ],
)
def test_names_are_masked_also_inside_identifiers(text: str, masked: str) -> None:
    """Names, aliases and addresses become LIBRARY; words that merely look alike stay."""
    assert docstrings.mask(text) == masked


def test_only_public_docstrings_are_read() -> None:
    """Public classes, methods and functions count; private ones, bodies and modules do not."""
    source = '''
        """Module."""
        class Shown:
            """Class."""
            def method(self):
                """Method."""
            def _helper(self):
                """Hidden."""
        class _Hidden:
            """Hidden."""
            def method(self):
                """Hidden."""
        async def function():
            """Function."""
            def inner():
                """Hidden."""
    '''
    tree = ast.parse(textwrap.dedent(source))
    assert list(docstrings.public_docstrings(tree)) == ["Class.", "Method.", "Function."]


def test_an_ambiguous_text_goes_from_both_labels() -> None:
    """The first of two duplicates stays within a label; across labels neither does."""
    rows = [
        Row("Return the sum of all values.", "pandas", "pandas.a"),
        Row("Return the SUM of all values!", "pandas", "pandas.b"),
        Row("Decode a message of several bytes.", "scipy", "scipy.a"),
        Row("Decode a message of several bytes.", "pandas", "pandas.a"),
    ]
    assert docstrings.distinct(rows) == rows[:1]


def test_the_cap_holds_for_each_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """A label above the cap loses rows, one below it none, whatever the order of the rows."""
    monkeypatch.setattr(docstrings, "MAX_ROWS_PER_LABEL", 3)
    rows = [Row(f"text {k}", "scipy", "scipy.a") for k in range(9)]
    rows += [Row(f"text {k}", "pandas", "pandas.a") for k in range(2)]
    chosen = docstrings.capped(rows)
    assert Counter(row.label for row in chosen) == {"scipy": 3, "pandas": 2}
    assert docstrings.capped(reversed(rows)) == chosen
