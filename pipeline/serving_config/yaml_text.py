"""YAML with comments, from plain Python values.

PyYAML writes no comments, and text templates know nothing of indentation or quoting. So the values
are dictionaries and lists in which `Comment`s stand where a reader should find them; quoting is
PyYAML's, and what is written is read back and compared.
"""

import textwrap
from collections.abc import Iterator
from typing import Any

import yaml

# The same in C, where PyYAML was built with it: ten times as fast.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_WIDTH = 92
_INDENT = "  "


class Comment(str):
    """For readers alone: a key of a dictionary, whose value is ignored, or an item of a list."""


def to_yaml(document: Any) -> str:
    """Returns a document's text, block style, in the order of the values.

    Args:
      document: dictionaries with string keys, lists, strings, numbers, booleans and None, with
        `Comment`s among keys and items.

    Raises:
      ValueError: the text does not read back as the same values.
    """
    text = "".join(f"{line}\n" for line in _lines(document))
    if from_yaml(text) != without_comments(document):
        raise ValueError(f"not the same once written and read:\n{text}")
    return text


def from_yaml(text: str) -> Any:
    """Returns the values of a document."""
    return yaml.load(text, _Loader)


def without_comments(value: Any) -> Any:
    """Returns the values alone."""
    if isinstance(value, dict):
        return {k: without_comments(v) for k, v in value.items() if not isinstance(k, Comment)}
    if isinstance(value, list):
        return [without_comments(item) for item in value if not isinstance(item, Comment)]
    return value


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and without_comments(value):
        for key, item in value.items():
            if isinstance(key, Comment):
                yield from _comment(key)
            else:
                yield from _entry(f"{_scalar(key)}:", item)
    elif isinstance(value, list) and without_comments(value):
        for item in value:
            if isinstance(item, Comment):
                yield from _comment(item)
            else:
                yield from _item(item)
    else:
        yield _scalar(value)


def _entry(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict | list) and without_comments(value):
        yield key
        yield from (f"{_INDENT}{line}" if line else line for line in _lines(value))
    elif isinstance(value, str) and _readable_as_block(value):
        yield f"{key} {'|' if value.endswith(chr(10)) else '|-'}"
        lines = value.removesuffix(chr(10)).split(chr(10))
        yield from (f"{_INDENT}{line}" if line else line for line in lines)
    else:
        yield f"{key} {_scalar(value)}"


def _item(value: Any) -> Iterator[str]:
    if not isinstance(value, dict | list) or not without_comments(value):
        yield f"- {_scalar(value)}"
        return
    lines = list(_lines(value))
    # The dash belongs before the first value, not before a comment above it.
    first = next(n for n, line in enumerate(lines) if not line.startswith("#"))
    yield from lines[:first]
    yield f"- {lines[first]}"
    yield from (f"{_INDENT}{line}" if line else line for line in lines[first + 1 :])


def _comment(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _readable_as_block(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    # The first line says how far the block is indented, and an empty last one would need a sign.
    ends = bool(lines[0]) and not lines[0][0].isspace() and bool(lines[-1])
    return len(lines) > 1 and plain and ends


def _scalar(value: Any) -> str:
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    # Only between double quotes does everything have a sign and stay on one line.
    style = '"' if isinstance(value, str) and not value.isprintable() else None
    written = yaml.dump(
        value, Dumper=_Dumper, width=1 << 30, allow_unicode=True, default_style=style
    )
    return written.removesuffix("...\n").rstrip("\n")
