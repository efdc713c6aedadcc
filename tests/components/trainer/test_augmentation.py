"""Augmentation moves pixels as told, and only where told."""

import numpy as np
import pytest

from components.trainer.augmentation import CHANCES, augment, mixup

STILL = {"flip": False, "shift": 0.0, "rotation": 0.0, "zoom": 0.0, "contrast": 0.0}


def change(images: np.ndarray, **settings) -> np.ndarray:
    shape = (len(images), CHANCES)
    chances = np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)
    return np.asarray(augment(images, chances, **{**STILL, **settings}))


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(64, 8, 6, 3)).astype(np.float32)


@pytest.fixture
def dots() -> np.ndarray:
    """A dot right above the centre of 9 × 9 pixels."""
    images = np.zeros((200, 9, 9, 1), np.float32)
    images[:, 2, 4] = 1
    return images


def centres(images: np.ndarray) -> np.ndarray:
    """Returns each image's centre of mass from its middle, as rows and columns."""
    weights = images[..., 0] / images.sum(axis=(1, 2, 3))[:, None, None]
    positions = np.arange(9) - 4
    rows = (weights.sum(axis=2) * positions).sum(axis=1)
    columns = (weights.sum(axis=1) * positions).sum(axis=1)
    return np.stack([rows, columns], axis=1)


def test_without_settings_nothing_changes(images):
    np.testing.assert_array_equal(change(images), images)


def test_flip_mirrors_about_half_of_the_images_exactly(images):
    changed = change(images, flip=True)
    mirrored = np.isclose(changed, images[:, :, ::-1], atol=1e-5).all(axis=(1, 2, 3))
    same = np.isclose(changed, images, atol=1e-5).all(axis=(1, 2, 3))
    assert (mirrored ^ same).all()
    assert 0.25 < mirrored.mean() < 0.75


def test_shift_moves_both_ways_by_at_most_its_share(dots):
    moved = centres(change(dots, shift=0.2, zoom=1e-6)) - centres(dots)
    assert np.abs(moved).max() <= 0.2 * 9 + 1e-4
    assert np.abs(moved).max() > 0.15 * 9
    assert (moved.min(axis=0) < -1).all() and (moved.max(axis=0) > 1).all()


def test_flip_and_shift_alone_keep_images_as_sharp_as_they_were(images):
    changed = change(images, flip=True, shift=0.25)
    assert not np.array_equal(changed, images)
    for before, after in zip(images, changed, strict=True):
        distances = np.abs(after.reshape(-1, 1) - before.reshape(1, -1)).min(axis=1)
        assert distances.max() < 1e-4


def test_rotation_turns_about_the_centre_by_at_most_its_degrees(dots):
    rows, columns = centres(change(dots, rotation=30.0)).T
    np.testing.assert_allclose(np.hypot(rows, columns), 2, atol=0.35)
    angles = np.degrees(np.arctan2(columns, -rows))
    assert -33 < angles.min() < -20 and 20 < angles.max() < 33


def test_zoom_scales_about_the_centre(dots):
    rows, columns = centres(change(dots, zoom=0.2)).T
    np.testing.assert_allclose(columns, 0, atol=1e-4)
    assert -2 / 0.8 - 0.1 < rows.min() < -2.1 and -1.9 < rows.max() < -2 / 1.2 + 0.1


def test_contrast_keeps_each_images_mean(images):
    changed = change(images, contrast=0.5)
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), images.mean(axis=(1, 2, 3)), atol=1e-5)
    ratio = changed.std(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    assert 0.5 <= ratio.min() < 0.8 and 1.2 < ratio.max() <= 1.5


def test_cutout_hides_one_rectangle_of_its_share_and_leaves_the_rest():
    images = np.ones((300, 10, 20, 3), np.float32)
    changed = change(images, cutout=0.4)
    assert set(np.unique(changed)) == {0, 1}
    hidden = changed[..., 0] == 0
    rows, columns = hidden.any(axis=2), hidden.any(axis=1)
    np.testing.assert_array_equal(hidden, rows[:, :, None] & columns[:, None, :])
    assert rows.sum(axis=1).max() == 4 and columns.sum(axis=1).max() == 8
    # Near the border a part of it is cut off; everywhere is hidden in some image.
    assert rows.sum(axis=1).min() < 4
    assert hidden.any(axis=0).all()


def test_mixup_blends_images_and_labels_in_the_same_shares():
    # Each image's pixels say which example it is, and so does its label.
    labels = np.eye(50, dtype=np.float32)
    images = np.tile(labels[:, :, None, None], (1, 1, 4, 1))
    shares = np.linspace(0, 1, 50, dtype=np.float32)
    mixed, mixed_labels = map(np.asarray, mixup(images, labels, shares))
    np.testing.assert_allclose(mixed, np.tile(mixed_labels[:, :, None, None], (1, 1, 4, 1)))
    np.testing.assert_allclose(mixed_labels.diagonal(), shares)
    np.testing.assert_allclose(
        mixed_labels[np.arange(50), np.arange(50) - 1], 1 - shares, atol=1e-6
    )
