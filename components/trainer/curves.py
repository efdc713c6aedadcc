"""The curves of a training as a picture: loss and accuracy by epoch, on both splits.

An SVG file that needs nothing but itself. The two splits are told apart by the line, solid or
dashed, and by a sample of it beside their names, so also in print and without colour.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

CURVES = "curves.svg"

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 124, 44, 44
_INK, _FAINT, _TRAIN, _EVAL = "#222222", "#dddddd", "#8a6d3b", "#1f4e9c"


def draw(epochs: Sequence[dict[str, Any]]) -> str:
    """Draws loss and accuracy side by side, with a ring around the best epoch on the eval split.

    Args:
      epochs: at least one; as `Progress` records them, with `epoch` counted from 1.

    Returns:
      The SVG file's text.
    """
    numbers = [epoch["epoch"] for epoch in epochs]
    panels = []
    shown = (("Loss", "loss", min), ("Accuracy", "accuracy", max))
    for index, (title, key, best) in enumerate(shown):
        train, evaluation = ([e[k] for e in epochs] for k in (key, f"eval_{key}"))
        drawn = "\n".join(_panel(title, numbers, train, evaluation, best))
        panels.append(f'<g transform="translate({index * _WIDTH} 0)">\n{drawn}\n</g>')
    width = len(panels) * _WIDTH
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
            f'width="{width}" height="{_HEIGHT}" font-family="sans-serif" font-size="12" '
            f'fill="{_INK}">',
            "<title>Loss and accuracy by epoch, on the training and the eval split</title>",
            f'<rect width="{width}" height="{_HEIGHT}" fill="white"/>',
            *panels,
            "</svg>\n",
        ]
    )


def ticks(low: float, high: float, at_most: int = 6) -> list[float]:
    """Returns round numbers, 1, 2 or 5 times a power of ten apart, that reach around a range.

    Args:
      low: the least value.
      high: the largest; may be the same.
      at_most: how many steps there may be between the first and the last number.

    Returns:
      At least two numbers, ascending; the first is at most `low`, the last at least `high`.
    """
    spread = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(spread / at_most))
    for factor in (1, 2, 5, 10, 20):
        step = factor * power
        first = math.floor(low / step + 1e-9)
        last = max(first + 1, math.ceil(high / step - 1e-9))
        if last - first <= at_most:
            break
    digits = max(0, -math.floor(math.log10(step)))
    return [round(number * step, digits) for number in range(first, last + 1)]


def _panel(
    title: str,
    numbers: Sequence[int],
    train: Sequence[float],
    evaluation: Sequence[float],
    best: Callable[[Sequence[tuple[float, int]]], tuple[float, int]],
) -> Iterator[str]:
    """Yields the elements of one panel."""
    finite = [value for value in (*train, *evaluation) if math.isfinite(value)]
    marks = ticks(min(finite), max(finite))
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    span = max(1, numbers[-1] - numbers[0])

    def x(number: float) -> float:
        return round(_LEFT + (number - numbers[0]) / span * (right - _LEFT), 1)

    def y(value: float) -> float:
        share = (value - marks[0]) / (marks[-1] - marks[0])
        return round(bottom - share * (bottom - _TOP), 1)

    yield f'<text x="{_LEFT}" y="22" font-size="15" font-weight="bold">{title}</text>'
    for mark in marks:
        yield f'<path d="M{_LEFT} {y(mark)}H{right}" stroke="{_FAINT}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y(mark) + 4}" text-anchor="end">{mark:g}</text>'
    for number in ticks(numbers[0], numbers[-1]):
        if number in numbers:
            yield f'<text x="{x(number)}" y="{bottom + 18}" text-anchor="middle">{number:g}</text>'
    yield f'<text x="{(_LEFT + right) / 2}" y="{bottom + 36}" text-anchor="middle">epoch</text>'

    ends = _apart(y(_last(train)), y(_last(evaluation)))
    for name, values, colour, dashes, end in (
        ("train", train, _TRAIN, ' stroke-dasharray="5 3"', ends[0]),
        ("eval", evaluation, _EVAL, "", ends[1]),
    ):
        points = [(n, v) for n, v in zip(numbers, values, strict=True) if math.isfinite(v)]
        path = " ".join(f"{x(number)},{y(value)}" for number, value in points)
        yield (
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"'
            f'{dashes} stroke-linejoin="round"/>'
        )
        if len(points) == 1:
            number, value = points[0]
            yield f'<circle cx="{x(number)}" cy="{y(value)}" r="3" fill="{colour}"/>'
        yield f'<path d="M{right + 14} {end}h24" stroke="{colour}" stroke-width="2"{dashes}/>'
        yield f'<text x="{right + 44}" y="{end + 4}">{name} {values[-1]:.3f}</text>'
    candidates = [(v, n) for n, v in zip(numbers, evaluation, strict=True) if math.isfinite(v)]
    if candidates:
        value = best(candidates)[0]
        number = next(n for v, n in candidates if v == value)
        yield (
            f'<circle cx="{x(number)}" cy="{y(value)}" r="5" fill="none" stroke="{_EVAL}" '
            f'stroke-width="2"/>'
        )
        yield (
            f'<text x="{right}" y="22" text-anchor="end">best on eval: {value:.3f}, '
            f"epoch {number}</text>"
        )


def _last(values: Sequence[float]) -> float:
    return next((value for value in reversed(values) if math.isfinite(value)), 0.0)


def _apart(first: float, second: float, distance: float = 16) -> tuple[float, float]:
    """Moves two heights away from each other, so that the words there don't overlap."""
    lacking = distance - abs(first - second)
    if lacking <= 0:
        return first, second
    down = lacking / 2 if first > second else -lacking / 2
    return first + down, second - down
