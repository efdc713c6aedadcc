"""Makes bare examples what ingest would have made of them: checked, with the quality features."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import tensorflow as tf

from components.example_gen import images, texts
from components.example_gen.images import ImageMeasures
from components.example_gen.ingest import add_numbers, as_tensors, check_decodes
from components.example_gen.set_aside import Rejected, SetAside
from components.example_gen.texts import TextMeasures
from components.examples import values
from components.features import IMAGE, SOURCE

T = TypeVar("T")


def complete(
    serialized: Sequence[bytes], data: Mapping[str, Any]
) -> tuple[list[bytes], list[Rejected]]:
    """Checks examples, and measures of each what it lacks of the quality features.

    Args:
      serialized: `tf.Example`s with the content alone, or with more.
      data: fields of `ImageData` or `TextData`.

    Returns:
      Those that pass, serialized, in the same order, and those set aside.
    """
    examples = [tf.train.Example.FromString(each) for each in serialized]
    contents = [example.features.feature[data["kind"]].bytes_list.value[0] for example in examples]
    if data["kind"] == IMAGE:
        measured = _images(contents, data["max_pixels"])
    else:
        measured = [_tried(_text, content, data["max_characters"]) for content in contents]
    completed, rejected = [], []
    for example, outcome in zip(examples, measured, strict=True):
        if isinstance(outcome, SetAside):
            source = "".join(map(str, values(example, SOURCE)))
            rejected.append(Rejected(source, str(outcome)))
        else:
            present = example.features.feature
            lacking = {k: v for k, v in outcome._asdict().items() if k not in present}
            add_numbers(example, lacking)
            completed.append(example.SerializeToString(deterministic=True))
    return completed, rejected


def _images(contents: Sequence[bytes], max_pixels: int) -> list[ImageMeasures | SetAside]:
    measured = [_tried(images.measure, content, max_pixels) for content in contents]
    # One after the other: to go back and forth between Pillow and TensorFlow makes both slower.
    return [
        found if isinstance(found, SetAside) else _tried(check_decodes, tensor, found) or found
        for tensor, found in zip(as_tensors(contents), measured, strict=True)
    ]


def _text(content: bytes, max_characters: int) -> TextMeasures:
    return texts.measure(texts.decode(content, max_characters))


def _tried(function: Callable[..., T], *arguments: object) -> T | SetAside:
    try:
        return function(*arguments)
    except SetAside as reason:
        return reason
