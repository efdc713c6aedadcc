"""The hash of a node's code changes exactly with the files that the node imports."""

import pytest

from components import source_hash as module
from components.source_hash import source_hash


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROOT", tmp_path)
    folder = tmp_path / "components"
    (folder / "transform").mkdir(parents=True)
    (folder / "features.py").write_text("LABEL = 'label'\n")
    (folder / "other.py").write_text("X = 1\n")
    (folder / "transform" / "__init__.py").write_text("")
    (folder / "transform" / "images.py").write_text(
        "import os\nfrom components.features import LABEL\n"
    )
    (folder / "transform" / "texts.py").write_text("from components import features\n")
    return folder


def test_an_edit_of_the_module_or_of_what_it_imports_changes_the_hash(project):
    hashes = {source_hash("components.transform.images")}
    (project / "features.py").write_text("LABEL = 'class'\n")
    hashes.add(source_hash("components.transform.images"))
    (project / "transform" / "images.py").write_text("LABEL = 1\n")
    hashes.add(source_hash("components.transform.images"))
    assert len(hashes) == 3


def test_a_module_imported_from_its_package_is_followed(project):
    before = source_hash("components.transform.texts")
    (project / "features.py").write_text("LABEL = 'class'\n")
    assert source_hash("components.transform.texts") != before


def test_an_edit_elsewhere_leaves_the_hash(project):
    before = source_hash("components.transform.images")
    (project / "other.py").write_text("X = 2\n")
    (project / "transform" / "texts.py").write_text("")
    assert source_hash("components.transform.images") == before


def test_an_unknown_module_is_refused(project):
    with pytest.raises(ModuleNotFoundError, match=r"components\.nothing"):
        source_hash("components.nothing")


def test_an_edit_of_a_template_beside_the_module_changes_the_hash(project):
    template = project / "transform" / "page.html.j2"
    template.write_text("<p>")
    before = source_hash("components.transform.images")
    template.write_text("<div>")
    assert source_hash("components.transform.images") != before
