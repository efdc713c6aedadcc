"""Writes the task file for a folder or a table, after a look at it."""

import keyword
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pydantic
from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from components.example_gen.guess import guess_columns, guess_kind
from components.example_gen.survey import Survey, survey
from components.files import write_whole
from pipeline.expression import LINE_LENGTH, expression
from pipeline.task import (
    Augmentation,
    Evaluation,
    ImageData,
    ImageFeatures,
    Model,
    Task,
    TextData,
    TextFeatures,
    Training,
)

_CLASSES_SHOWN = 10
_BROKEN_SHOWN = 10
_MIN_IMAGE_SIZE = 8
_MAX_IMAGE_SIZE = 128
_MAX_TEXT_LENGTH = 1_000
_MODELS = {"image": "residual_cnn", "text": "text_cnn"}
_FEW_EXAMPLES = 10_000
_ABOVE_MAJORITY = 0.2
"""Of the way from the majority's share to 1, which says that something was learned."""


def new(name: str, path: str, root: Path, console: Console) -> Path:
    """Looks at the data, says what it found and writes `pipeline/tasks/<name>.py`.

    Args:
      name: of the task and its file.
      path: folder or table, relative to the working directory or absolute.
      root: the project's.
      console: where to say it.

    Returns:
      The file's path.

    Raises:
      InputError: the name is not valid or taken, the data cannot be used, or the file cannot be
        written.
    """
    target = root / "pipeline" / "tasks" / f"{name}.py"
    if keyword.iskeyword(name):
        raise InputError(f"name = {name!r} is a word of Python's own; choose another")
    if target.exists():
        raise InputError(f"name = {name!r}: {target} exists; choose another name, or remove it")
    data = _data(os.path.abspath(path))
    found = survey(data.to_dict())
    task = _task(name, _relative_to(root, data), found)
    for line in _findings(found, data):
        console.print(line)
    write_whole(target, source(task, found))
    console.print(f"Wrote {escape(str(target))}")
    return target


def source(task: Task, found: Survey) -> str:
    """Returns the task file's text, formatted as ruff would: what was set, the rest by default."""
    used = sorted({type(value).__name__ for value in _configurations(task)})
    return "\n".join(
        (
            f'"""{_summary(found)}',
            "",
            f"Command: make run TASK={task.name}",
            '"""',
            "",
            "from pipeline.run_local import main",
            f"from pipeline.task import {', '.join(used)}",
            "",
            f"TASK = {expression(task, before=len('TASK = '))}",
            "",
            'if __name__ == "__main__":',
            "    main(TASK)",
            "",
        )
    )


def _data(path: str) -> ImageData | TextData:
    if guess_kind(path) == "image":
        return ImageData(path=path)
    columns = guess_columns(path)
    if columns is None:
        return TextData(path=path)
    return TextData(path=path, text_column=columns.text, label_column=columns.label)


def _relative_to(root: Path, data: ImageData | TextData) -> ImageData | TextData:
    path = Path(data.path)
    inside = path.is_relative_to(root.resolve())
    return data.model_copy(
        update={"path": str(path.relative_to(root.resolve())) if inside else str(path)}
    )


def _task(name: str, data: ImageData | TextData, found: Survey) -> Task:
    majority = max(found.classes.values()) / sum(found.classes.values())
    if len(found.classes) == 1:
        majority = 0.5
    floor = math.floor(100 * (majority + _ABOVE_MAJORITY * (1 - majority))) / 100
    few = found.examples < _FEW_EXAMPLES
    features: ImageFeatures | TextFeatures
    if isinstance(data, ImageData):
        features = ImageFeatures(
            height=_image_size(found.median_height), width=_image_size(found.median_width)
        )
        training = Training(epochs=40 if few else 20, augmentation=Augmentation(shift=0.1))
    else:
        features = TextFeatures(length=_text_length(found.most_words))
        training = Training(epochs=20 if few else 10, patience=3)
    return Task(
        name=name,
        data=data,
        features=features,
        model=Model(name=_MODELS[data.kind]),
        training=training,
        evaluation=Evaluation(min_accuracy=floor),
    )


def _image_size(median: float) -> int:
    """Returns the power of two nearest to a side's median, within bounds."""
    nearest = 2 ** round(math.log2(max(1, median)))
    return min(max(nearest, _MIN_IMAGE_SIZE), _MAX_IMAGE_SIZE)


def _text_length(words: float) -> int:
    """Returns a length in tens that nearly all texts fit into."""
    return min(max(10, math.ceil(words / 10) * 10), _MAX_TEXT_LENGTH)


def _findings(found: Survey, data: ImageData | TextData) -> Iterator[str]:
    """Yields what there is to say, in rich's markup."""
    layout = found.layout
    yield f"[bold]{escape(data.path)}[/bold]"
    what = "images" if found.kind == "image" else "texts"
    about = "" if found.complete else "about "
    where = f"tables ({len(layout.files)})" if layout.tables else "folders of classes"
    yield f"{about}{found.examples:,} {what} in {where}"
    if layout.span:
        yield f"newest span: {layout.span}"
    if isinstance(data, TextData) and layout.tables:
        yield f"columns: {escape(', '.join(found.columns))}"
        yield f"guessed: text_column={data.text_column!r}, label_column={data.label_column!r}"
    yield f"splits: {', '.join(layout.splits) if layout.splits else 'none, cut by content'}"
    counted = "" if found.complete else f" in the first {found.sampled:,} rows"
    yield f"{len(found.classes)} classes{counted}:"
    for label, count in list(found.classes.items())[:_CLASSES_SHOWN]:
        yield f"  {escape(label)}: {count:,}"
    if len(found.classes) > _CLASSES_SHOWN:
        yield f"  … and {len(found.classes) - _CLASSES_SHOWN} more"
    if len(found.classes) == 1:
        yield "  that table seems to be sorted by class; the floor of the accuracy is a guess"
    if found.kind == "image":
        yield f"median size: {found.median_width:g} x {found.median_height:g} pixels"
    else:
        yield f"median length: {found.median_words:g} words; 95 % have at most {found.most_words:g}"
    for suffix, count in layout.ignored.items():
        yield f"ignored: {count:,} x {escape(suffix)}"
    yield f"broken: {len(found.broken)} of the {found.sampled:,} that were opened"
    for broken in found.broken[:_BROKEN_SHOWN]:
        yield f"  {escape(broken.source)}: {escape(broken.reason)}"
    if len(found.broken) > _BROKEN_SHOWN:
        yield f"  … and {len(found.broken) - _BROKEN_SHOWN} more"


def _summary(found: Survey) -> str:
    """Returns a docstring's first line, as many classes as fit."""
    shows = "an image shows" if found.kind == "image" else "a text has"
    if len(found.classes) == 1:
        return f"Which class {shows}."
    begin = f"Which of {len(found.classes)} classes {shows}"
    names = [name for name in found.classes if name.isprintable() and not set(name) & set('"\\')]
    for count in range(len(names), 0, -1):
        more = ", …" if count < len(found.classes) else ""
        line = f"{begin}: {', '.join(names[:count])}{more}."
        if len(line) + len('"""') <= LINE_LENGTH:
            return line
    return f"{begin}."


def _configurations(value: object) -> Iterator[pydantic.BaseModel]:
    if isinstance(value, pydantic.BaseModel):
        yield value
        for field in value.model_fields_set:
            yield from _configurations(getattr(value, field))
