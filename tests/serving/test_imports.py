"""The server stands on its own: it needs the product's errors and the style of its pages."""

import ast
from pathlib import Path

import pytest

SERVING = Path(__file__).resolve().parents[2] / "serving"
TAKEN = ("components.errors", "components.pages")


@pytest.mark.parametrize("path", sorted(SERVING.glob("*.py")), ids=lambda path: path.name)
def test_nothing_else_of_the_product_is_imported(path):
    """Neither the pipeline nor a component."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.split(".")[0] not in ("pipeline", "data"), name
            assert not name.startswith("components") or name.startswith(TAKEN), name


def test_tensorflow_is_not_imported_before_it_is_silenced():
    """Whoever imports the package gets its options and `serve`, and waits for nothing."""
    for name in ("__init__", "__main__", "options", "start"):
        top = ast.parse((SERVING / f"{name}.py").read_text()).body
        modules = [node.module for node in top if isinstance(node, ast.ImportFrom)]
        own = [module for module in modules if module and module.startswith("serving.")]
        assert set(own) <= {"serving.options", "serving.start"}
        assert "tensorflow" not in ast.dump(ast.Module(top, []))
