"""The digits folder is complete, correctly scaled and never half-written."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from data import digits


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "nested" / "digits"
    digits.write(folder)
    return folder


def test_one_folder_a_class_with_all_its_digits(folder: Path) -> None:
    """Ten class folders hold as many files as the data set has digits of that class."""
    counts = {path.name: len(list(path.glob("*.png"))) for path in folder.iterdir()}
    expected = np.bincount(load_digits().target)
    assert counts == {str(label): count for label, count in enumerate(expected)}
    assert sum(counts.values()) == 1797


def test_a_file_is_named_after_its_index_in_the_data_set(folder: Path) -> None:
    """Indexes have four digits, start at 0000, and lie in the folder of their label."""
    names = {path.stem: path.parent.name for path in folder.rglob("*.png")}
    target = load_digits().target
    assert names == {f"{index:04}": str(label) for index, label in enumerate(target)}


def test_ink_is_scaled_to_the_full_grey_range() -> None:
    """0 stays 0, the most ink is white, and the steps between are even."""
    np.testing.assert_array_equal(digits.to_grey(np.array([0, 4, 16])), [0, 64, 255])
    assert digits.to_grey(np.zeros(1)).dtype == np.uint8


def test_a_png_holds_the_pixels_of_its_digit(folder: Path) -> None:
    """The last file reads back as an 8x8 grey image with the scaled pixels of the last digit."""
    data = load_digits()
    with Image.open(folder / str(data.target[-1]) / "1796.png") as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (8, 8))
        np.testing.assert_array_equal(np.asarray(image), digits.to_grey(data.images[-1]))


def test_a_failure_in_the_middle_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the hundredth file cannot be written, neither the folder nor a remainder exists."""
    save, saved = Image.Image.save, []

    def full_disk(image: Image.Image, path: Path) -> None:
        if len(saved) == 99:
            raise OSError("No space left on device")
        saved.append(path)
        save(image, path)

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(OSError, match="No space left"):
        digits.write(tmp_path / "digits")
    assert len(saved) == 99
    assert list(tmp_path.iterdir()) == []


def test_two_runs_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Names and contents do not depend on the run."""
    digits.write(tmp_path / "again")
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.png")}
    again = {
        path.relative_to(tmp_path / "again"): path.read_bytes()
        for path in (tmp_path / "again").rglob("*.png")
    }
    assert first == again


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    """A user's file in the folder survives and nothing is added."""
    (tmp_path / "mine.txt").write_text("mine")
    digits.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
