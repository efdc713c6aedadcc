"""Data of any size, made by seed: small images in folders of classes, short texts in tables."""

import csv
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("one", "two", "three", "four")
SIDE = 8
"""Pixels of an image's height and width."""
_FILES_A_FOLDER = 1_000
_ROWS_A_TABLE = 50_000
_WORDS, _WORDS_A_TEXT = 20_000, 12
_TOLD = 0.95
"""Share of the examples whose content tells their class."""


def write_images(folder: Path, examples: int, seed: int) -> None:
    """Writes grey PNG files of noise, each with a bright quarter that tells its class.

    Args:
      folder: does not exist yet; gets a folder a class, of folders of 1,000 files.
      examples: how many.
      seed: the same seed makes the same files.
    """
    _in_parts(partial(_write_images, folder, seed), examples, _FILES_A_FOLDER)


def write_texts(folder: Path, examples: int, seed: int) -> None:
    """Writes tables of texts of 12 words out of 20,000, of which one tells the class.

    Args:
      folder: does not exist yet; gets tables of 50,000 rows.
      examples: how many.
      seed: the same seed makes the same files.
    """
    folder.mkdir(parents=True)
    _in_parts(partial(_write_table, folder, seed), examples, _ROWS_A_TABLE)


def _in_parts(write: Callable[[tuple[int, int]], None], examples: int, size: int) -> None:
    parts = [(start, min(size, examples - start)) for start in range(0, examples, size)]
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        # What a worker raises is raised here.
        for _ in workers.map(write, parts):
            pass
    # What is still to be written to the disk would slow down whoever reads.
    os.sync()


def _write_images(folder: Path, seed: int, part: tuple[int, int]) -> None:
    start, count = part
    random = np.random.default_rng([seed, start])
    pixels = random.integers(0, 160, (count, SIDE, SIDE), np.uint8)
    classes, shown = _classes(random, count)
    half = SIDE // 2
    for row, quarter in enumerate(shown):
        top, left = half * (quarter // 2), half * (quarter % 2)
        pixels[row, top : top + half, left : left + half] += 95
    for name in CLASSES:
        (folder / name / f"{start:07}").mkdir(parents=True, exist_ok=True)
    for row in range(count):
        path = folder / CLASSES[classes[row]] / f"{start:07}" / f"{row:03}.png"
        Image.fromarray(pixels[row]).save(path, compress_level=1)


def _write_table(folder: Path, seed: int, part: tuple[int, int]) -> None:
    start, count = part
    random = np.random.default_rng([seed, start])
    # As in a natural language, the n-th word is about 1/n as frequent as the first.
    ranks = np.exp(random.random((count, _WORDS_A_TEXT)) * np.log(_WORDS)).astype(int)
    classes, shown = _classes(random, count)
    with (folder / f"{start:07}.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for row in range(count):
            words = [f"word{rank}" for rank in ranks[row]]
            words[row % _WORDS_A_TEXT] = f"about{shown[row]}"
            rows.writerow([" ".join(words), CLASSES[classes[row]]])


def _classes(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the classes of examples, and those that their contents tell."""
    classes = random.integers(0, len(CLASSES), count)
    told = random.random(count) < _TOLD
    return classes, np.where(told, classes, random.integers(0, len(CLASSES), count))
