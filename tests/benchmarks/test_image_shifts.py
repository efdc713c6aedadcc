"""Every shift does to an image's file what it is called, the more so the more severe."""

import io

import _image_shifts as shifts
import numpy as np
import pytest
from PIL import Image
from scipy import ndimage


def jpeg(pixels: np.ndarray) -> bytes:
    saved = io.BytesIO()
    Image.fromarray(pixels).save(saved, "JPEG", quality=75)
    return saved.getvalue()


def photograph() -> bytes:
    """Something in colour with an edge and some detail, neither black nor white."""
    rows, columns = np.mgrid[:32, :32]
    detail = np.random.default_rng(2).integers(-30, 30, (32, 32, 1))
    pixels = np.stack([90 + 2 * rows, 80 + 2 * columns, 120 + rows - columns], axis=-1)
    pixels[8:20, 10:24] += 40
    pixels += detail
    return jpeg(pixels.clip(40, 180).astype(np.uint8))


def decoded(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")) / 255


def measured(name: str) -> list[float]:
    """What a shift is meant to change: on the image as it is, then by severity."""
    random = np.random.default_rng(0)
    original = photograph()
    control = decoded(shifts.SAVED_AGAIN(original, random))

    def change(content: bytes) -> float:
        pixels = decoded(content)
        match name:
            case "brightness":
                return pixels.mean()
            case "contrast":
                return -pixels.mean(axis=-1).std()
            case "blur":
                return -np.abs(ndimage.laplace(pixels.mean(axis=-1))).mean()
            case "JPEG quality":
                return -len(content)
            case "grey-scale":
                return -np.ptp(pixels, axis=-1).mean()
            case _:
                return np.abs(pixels - control).mean()

    severities = [alter(original, np.random.default_rng(1)) for alter in shifts.SHIFTS[name]]
    return [change(content) for content in (shifts.SAVED_AGAIN(original, random), *severities)]


@pytest.mark.parametrize("name", shifts.SHIFTS)
def test_a_shift_grows_with_its_severity(name: str) -> None:
    found = measured(name)
    assert len(found) == 4
    assert found == sorted(found)
    assert found[0] < found[1]


@pytest.mark.parametrize("name", shifts.SHIFTS)
def test_a_shifted_image_is_a_jpeg_of_the_same_size(name: str) -> None:
    """Of quality 75 like the control, but where the quality is the shift."""
    random = np.random.default_rng(0)
    images = [Image.open(io.BytesIO(alter(photograph(), random))) for alter in shifts.SHIFTS[name]]
    usual = Image.open(io.BytesIO(shifts.SAVED_AGAIN(photograph(), random))).quantization
    assert {(image.format, image.size) for image in images} == {("JPEG", (32, 32))}
    assert all((image.quantization == usual) == (name != "JPEG quality") for image in images)


def test_brightness_is_a_factor() -> None:
    pixels = np.full((2, 2, 3), 0.4)
    assert shifts.brighten(pixels, np.random.default_rng(0), 1.5) == pytest.approx(0.6)


def test_contrast_is_taken_away_around_the_mean_luma() -> None:
    pixels = np.array([[[0.2] * 3, [0.6] * 3]])
    found = shifts.flatten(pixels, np.random.default_rng(0), 0.5)
    assert found[0, :, 0].tolist() == pytest.approx([0.3, 0.5])


def test_pixelation_keeps_blocks() -> None:
    """Half of the rows and columns: every block of 2 × 2 is its average."""
    pixels = np.zeros((4, 4, 3))
    pixels[0, 0] = 1
    found = shifts.pixelate(pixels, np.random.default_rng(0), 0.5)
    assert found[:2, :2] == pytest.approx(0.25, abs=0.01)
    assert not found[2:].any()


def test_rotation_goes_either_way_and_leaves_no_black_corner() -> None:
    pixels = np.full((16, 16, 3), 0.5)
    pixels[:8] = 0.8
    turned = [shifts.rotate(pixels, np.random.default_rng(seed), 35) for seed in range(8)]
    assert min(each.min() for each in turned) > 0.4
    left_corner = {round(float(each[7, 0, 0]), 1) for each in turned}
    assert left_corner == {0.5, 0.8}


def test_a_grey_image_stays_as_it_is() -> None:
    pixels = np.full((2, 2, 3), 0.3)
    assert shifts.fade(pixels, np.random.default_rng(0), 1.0) == pytest.approx(0.3)
