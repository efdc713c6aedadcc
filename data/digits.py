"""The embedded image data: scikit-learn's 1,797 handwritten digits as PNG files.

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49 (CC BY 4.0); the copy that is part of
scikit-learn.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from data import folders

MAX_INK = 16


def to_grey(ink: np.ndarray) -> np.ndarray:
    """Scales ink counts 0..16 of any shape to grey values 0..255, dtype uint8."""
    return np.rint(ink * (255 / MAX_INK)).astype(np.uint8)


def write(folder: Path) -> None:
    """Writes one grey 8x8 PNG a digit: `folder/<class>/<index in the data set>.png`.

    The same library versions give the same bytes. An existing folder is left as it is.

    Raises:
      OSError: the folder cannot be written.
    """
    if folder.exists():
        return
    digits = load_digits()
    with folders.whole(folder) as aside:
        for label in digits.target_names:
            (aside / str(label)).mkdir()
        for index, (ink, label) in enumerate(zip(digits.images, digits.target, strict=True)):
            Image.fromarray(to_grey(ink)).save(aside / str(label) / f"{index:04}.png")
