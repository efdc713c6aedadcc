"""Augmentation moves pixels as told, and only where told."""

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.augmentation import augment, mixup

STILL = {"flip": False, "shift": 0.0, "rotation": 0.0, "zoom": 0.0, "contrast": 0.0}
SEED = tf.constant([3, 4], tf.int64)


def change(images: np.ndarray, **settings) -> np.ndarray:
    return augment(tf.constant(images), SEED, **{**STILL, **settings}).numpy()


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
    moved = centres(change(dots, shift=0.2)) - centres(dots)
    assert np.abs(moved).max() <= 0.2 * 9 + 1e-4
    assert np.abs(moved).max() > 0.15 * 9
    assert (moved.min(axis=0) < -1).all() and (moved.max(axis=0) > 1).all()


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


def test_the_same_seed_makes_the_same_changes_and_another_seed_others(images):
    settings = {**STILL, "shift": 0.2, "rotation": 20.0}
    again = augment(tf.constant(images), SEED, **settings)
    other = augment(tf.constant(images), SEED + 1, **settings)
    np.testing.assert_array_equal(change(images, **settings), again)
    assert not np.allclose(again, other)


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
    mixed, mixed_labels = (t.numpy() for t in mixup(images, labels, SEED, 0.5))
    np.testing.assert_allclose(mixed, np.tile(mixed_labels[:, :, None, None], (1, 1, 4, 1)))
    np.testing.assert_allclose(mixed_labels.sum(axis=1), 1, atol=1e-6)
    own = mixed_labels.diagonal()
    np.testing.assert_allclose(mixed_labels[np.arange(50), np.arange(50) - 1], 1 - own, atol=1e-6)
    assert own.min() < 0.1 and own.max() > 0.9
    assert len(np.unique(own)) > 40
    again, _ = mixup(images, labels, SEED, 0.5)
    np.testing.assert_array_equal(again, mixed)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_mixup_draws_its_shares_from_the_beta_distribution(alpha):
    labels = np.tile(np.eye(2, dtype=np.float32), (2000, 1))
    _, mixed = mixup(np.ones((4000, 1, 1, 1), np.float32), labels, SEED, alpha)
    own = (mixed.numpy() * labels).sum(axis=1)
    assert own.mean() == pytest.approx(0.5, abs=0.03)
    assert own.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.1)


def test_a_tiny_mixup_leaves_whole_images_and_no_nan():
    labels = np.eye(200, dtype=np.float32)
    _, mixed = mixup(np.ones((200, 2, 2, 1), np.float32), labels, SEED, 1e-3)
    assert np.isfinite(mixed).all()
    assert (np.max(mixed, axis=1) > 0.9).mean() > 0.9
