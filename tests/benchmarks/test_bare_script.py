"""The bare script reads, divides and standardises by itself, and trains."""

from pathlib import Path

import _bare_script
import numpy as np
import pytest
from PIL import Image

from components.errors import InputError
from pipeline.task import Augmentation, ImageData, ImageFeatures, Model, Split, Task, Training

FEATURES = ImageFeatures(height=8, width=8, channels=1)


def write_images(folder: Path, count: int) -> None:
    """Writes dark and bright images, half each."""
    generator = np.random.default_rng(0)
    for label, brightness in (("bright", 200), ("dark", 20)):
        (folder / label).mkdir(parents=True)
        for number in range(count // 2):
            pixels = generator.integers(brightness, brightness + 40, (8, 8)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}.png")


def test_without_ready_splits_the_shares_divide_all_files(tmp_path: Path) -> None:
    """No file is in two splits, and the same seed divides alike."""
    write_images(tmp_path, 100)
    files = _bare_script.divide(tmp_path, Split(train=70, eval=10, test=20), seed=1)
    assert {name: len(paths) for name, paths in files.items()} == {
        "train": 70,
        "eval": 10,
        "test": 20,
    }
    assert len({path for paths in files.values() for path in paths}) == 100
    assert files == _bare_script.divide(tmp_path, Split(train=70, eval=10, test=20), seed=1)


def test_a_folder_of_test_images_is_the_test_split(tmp_path: Path) -> None:
    """Eval is cut from the others, by its share of theirs."""
    write_images(tmp_path / "train", 80)
    write_images(tmp_path / "test", 10)
    files = _bare_script.divide(tmp_path, Split(train=76, eval=4, test=20), seed=1)
    assert set(files["test"]) == set((tmp_path / "test").rglob("*.png"))
    assert (len(files["train"]), len(files["eval"])) == (76, 4)


def test_images_are_decoded_in_order_with_their_classes(tmp_path: Path) -> None:
    write_images(tmp_path, 4)
    files = [tmp_path / "dark/0.png", tmp_path / "bright/0.png"]
    images, labels = _bare_script.decode(files, ["bright", "dark"], FEATURES)
    assert images.shape == (2, 8, 8, 1)
    assert images.dtype == np.uint8
    assert images[0].max() < 60 < images[1].min()
    assert labels.tolist() == [[0, 1], [1, 0]]


def test_training_batches_are_standardised_whole_and_repeat(tmp_path: Path) -> None:
    """The mean over a pass is 0; a pass of 10 images ends within the fourth batch of 3."""
    images = np.arange(10, dtype=np.uint8).repeat(64).reshape(10, 8, 8, 1)
    labels = np.eye(10, dtype=np.float32)
    mean, deviation = np.float32([4.5]), np.float32([2.0])
    training = Training(batch_size=3)
    batches = _bare_script.batches_of(images, labels, training, mean, deviation, seed=1)
    taken = list(batches.take(4).as_numpy_iterator())
    assert [x.shape for x, _ in taken] == [(3, 8, 8, 1)] * 4
    first_pass = np.concatenate([x for x, _ in taken])[:10, 0, 0, 0]
    assert sorted(first_pass) == sorted((np.arange(10) - 4.5) / 2)
    assert first_pass.tolist() != sorted(first_pass)


def test_evaluation_batches_are_all_images_once_and_in_order() -> None:
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1)
    labels = np.eye(4, dtype=np.float32)
    one = np.float32([1.0])
    training = Training(batch_size=3, augmentation=Augmentation(contrast=0.5))
    batches = _bare_script.batches_of(images, labels, training, one, one)
    taken = list(batches.as_numpy_iterator())
    assert [x.ravel().tolist() for x, _ in taken] == [[-1, 0, 1], [2]]
    assert np.concatenate([y for _, y in taken]).tolist() == labels.tolist()


def task_of(folder: Path, model: Model) -> Task:
    return Task(
        name="shades",
        data=ImageData(path=str(folder)),
        features=FEATURES,
        model=model,
        training=Training(
            epochs=12,
            batch_size=8,
            learning_rate=1e-2,
            ema=0.5,
            patience=12,
            augmentation=Augmentation(flip=True, shift=0.1, mixup=0.2),
        ),
    )


@pytest.mark.e2e
def test_the_script_learns_and_saves(tmp_path: Path) -> None:
    """Bright and dark are told apart, and what is saved is a SavedModel."""
    write_images(tmp_path / "images", 60)
    task = task_of(tmp_path / "images", Model(name="residual_cnn", options={"width": 4}))
    assert _bare_script.train(task, tmp_path / "model") > 0.9
    assert (tmp_path / "model/saved_model.pb").is_file()


def test_a_model_that_is_trained_in_phases_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_images(tmp_path, 20)
    monkeypatch.setattr(_bare_script.models, "phases", lambda *_: ["head", "all"])
    task = task_of(tmp_path, Model(name="residual_cnn", options={"width": 4}))
    with pytest.raises(InputError, match="phases"):
        _bare_script.train(task, tmp_path / "model")
