"""Templates escape what they are given, and every page's hash covers all that it is made of."""

import shutil
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from components import pages, source_hash
from components.pages.templates import Templates

COMPONENTS = Path(pages.__file__).parent.parent
PAGES = ["components.drift_report.pages.page", "components.evaluator.pages.page"]


@pytest.fixture
def fill(tmp_path):
    def run(template, **values):
        (tmp_path / "page.j2").write_text(template)
        return Templates(tmp_path, twice=lambda text: text * 2).fill("page.j2", **values)

    return run


def test_values_are_escaped_and_can_be_written(fill):
    assert fill("{{ it }}", it="<b>&\x00\udce9") == "&lt;b&gt;&amp;\ufffd\ufffd"


def test_what_users_name_is_cut(fill):
    assert fill("{{ it | name }}", it="x" * 300) == "x" * 199 + "…"


def test_a_page_brings_filters_of_its_own(fill):
    assert fill("{{ it | twice }}, {{ share | percent }}", it="ab", share=0.123) == "abab, 12.3%"


def test_a_value_that_is_missing_is_an_error(fill):
    with pytest.raises(UndefinedError):
        fill("{{ missing }}")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "file", ["base.css.j2", "document.html.j2", "signs.html.j2", "svg.py", "axis.py", "formats.py"]
)
def test_an_edit_of_what_pages_share_changes_the_hash_of_each(page, file, copied):
    before = source_hash.source_hash(page)
    shared = copied / "pages" / file
    shared.write_text(shared.read_text() + "\n# edited\n")
    assert source_hash.source_hash(page) != before


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The sources of all components, in a folder of their own."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("pages", "drift_report", "evaluator"):
        shutil.copytree(COMPONENTS / name, tmp_path / "components" / name, ignore=ignored)
    monkeypatch.setattr(source_hash, "ROOT", tmp_path)
    return tmp_path / "components"
