"""Model architectures, one a file, found by the file's name.

A model file holds `INPUT = "image"` or `INPUT = "text"` and a function `build`. What it offers is
read from its source, so that a task can be checked in milliseconds, without importing Keras:

    build(image_shape, class_count, *, option=default, ...)               for images
    build(length, vocabulary_size, class_count, *, option=default, ...)   for texts

The names of some layers tell a warm start what their weights hang on: `head…` has one output a
class; `token_embedding…` has one row a token id; `hashed_embedding…` has rows whose meaning
changes with the ids. What a model file may also hold, for a training in parts: `phases`.
"""

import ast
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from components.trainer.phases import WHOLE, Phase

HEAD, TOKENS, HASHED = "head", "token_embedding", "hashed_embedding"
"""What these names begin with."""


@dataclass(frozen=True)
class Architecture:
    """What a model file offers: its name, the kind of its input, and its options' names."""

    name: str
    input: str
    options: tuple[str, ...]


@cache
def architectures() -> dict[str, Architecture]:
    """Returns every architecture by name, read statically from the files of this folder."""
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    return {path.stem: _read(path) for path in files}


def load(name: str) -> Callable[..., Any]:
    """Returns the `build` function of the architecture `name`.

    Raises:
      ModuleNotFoundError: there is no such file.
    """
    return importlib.import_module(f"{__name__}.{name}").build


def phases(name: str, model: Any, options: dict[str, Any]) -> list[Phase]:
    """Returns the parts of the training of a model that `build` of `name` made.

    Args:
      name: of the architecture.
      model: what was built.
      options: what it was built with.
    """
    module = importlib.import_module(f"{__name__}.{name}")
    return module.phases(model, **options) if hasattr(module, "phases") else [WHOLE]


def _read(path: Path) -> Architecture:
    body = ast.parse(path.read_bytes()).body
    inputs = [
        ast.literal_eval(node.value)
        for node in body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "INPUT" for target in node.targets)
    ]
    builds = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == "build"]
    if len(inputs) != 1 or len(builds) != 1:
        raise SyntaxError(f"{path.name}: a model file needs one INPUT and one build()")
    return Architecture(path.stem, inputs[0], tuple(a.arg for a in builds[0].args.kwonlyargs))
