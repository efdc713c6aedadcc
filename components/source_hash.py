"""Fingerprints of our own source, for what TFX's cache key sees.

TFX hashes a node's inputs and parameters, but of the code only a `module_file`. Components here
name their functions by dotted path, so each node carries this hash as a parameter: editing a file
re-runs exactly the nodes whose code imports it.
"""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "components"
ROOT = Path(__file__).resolve().parent.parent


def source_hash(*modules: str) -> str:
    """Hashes the source of modules and of everything under `components` that they import.

    The templates beside a module, `*.j2`, count as source of it.

    Args:
      modules: dotted names, such as `components.transform.images`.

    Returns:
      16 hexadecimal digits.

    Raises:
      ModuleNotFoundError: a name has no source file under the project.
    """
    digest = hashlib.sha256()
    for path in sorted(_closure(modules)):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _closure(modules: tuple[str, ...]) -> set[Path]:
    paths: set[Path] = set()
    pending = [_path(module) for module in modules]
    while pending:
        path = pending.pop()
        if path is None:
            raise ModuleNotFoundError(f"no source file for one of {', '.join(modules)}")
        if path not in paths:
            paths.add(path)
            paths.update(path.parent.glob("*.j2"))
            pending.extend(_imported_paths(path))
    return paths


def _imported_paths(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import name` may name a module or an object inside one.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            found = _path(name) if name.split(".")[0] == PACKAGE else None
            if found:
                yield found


def _path(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)
