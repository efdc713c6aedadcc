"""Small real inputs."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

WriteFile = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """Writes a file below tmp_path, with its folders; text is written as UTF-8."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Makes the file of an image whose pixels depend on the seed alone."""

    def make(seed: int, format: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
        colours = np.random.default_rng(seed).integers(0, 256, (8, 6, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(colours).convert(mode).save(file, format, **options)
        return file.getvalue()

    return make


@pytest.fixture
def image_data(tmp_path: Path) -> dict[str, object]:
    """Fields of ImageData for tmp_path."""
    return {
        "kind": "image",
        "path": str(tmp_path),
        "source": "",
        "max_pixels": 1_000_000,
        "max_broken_share": 0.5,
    }


@pytest.fixture
def text_data(tmp_path: Path) -> dict[str, object]:
    """Fields of TextData for tmp_path."""
    return {
        "kind": "text",
        "path": str(tmp_path),
        "source": "",
        "text_column": "text",
        "label_column": "label",
        "group_column": "",
        "max_characters": 1_000,
        "max_broken_share": 0.5,
    }
