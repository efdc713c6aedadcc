"""The house holds: imports run one way, and no component knows another."""

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = {"pages"}
"""Folders under components/ that belong to no node; what nodes share is else a module."""
FILES = sorted((PROJECT / "components").rglob("*.py"))


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def component_folder(module):
    """Returns the folder of a node under components/ that a dotted name lies in, or None."""
    parts = module.split(".")
    inside = parts[0] == "components" and len(parts) > 1
    if not inside or parts[1] in SHARED:
        return None
    return parts[1] if (PROJECT / "components" / parts[1]).is_dir() else None


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PROJECT).as_posix())
def test_components_import_neither_the_pipeline_nor_each_other(path):
    own = path.relative_to(PROJECT / "components").parts[0]
    for module in imported_modules(path):
        assert module.split(".")[0] not in ("pipeline", "data"), module
        assert component_folder(module) in (None, own), module


def test_the_pipeline_wires_the_components():
    names = ("dag.py", "nodes.py", "local_platform.py", "kubeflow/platform.py")
    files = (PROJECT / "pipeline" / name for name in names)
    modules = {module for file in files for module in imported_modules(file)}
    folders = {path.name for path in (PROJECT / "components").iterdir() if path.is_dir()}
    wired = {component_folder(module) for module in modules}
    transforms = {"transform"}
    assert folders - {"__pycache__"} <= wired | transforms | SHARED


def test_model_files_are_pure_keras():
    for path in (PROJECT / "components" / "trainer" / "models").glob("*.py"):
        assert "tensorflow" not in set(imported_modules(path)), path
