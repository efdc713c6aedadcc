"""A training that was killed goes on where it was, and ends as one left alone would have."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import attr
import keras
import numpy as np
import pytest
from tfx.components.trainer.fn_args_utils import FnArgs

from components.trainer import signatures
from components.trainer.backup import FOLDER, Backup, backup_path
from components.trainer.progress import Progress
from components.trainer.run_fn import run_fn

ROOT = Path(__file__).resolve().parents[3]
KILLED = """
import json, os, signal, sys
from tfx.components.trainer.fn_args_utils import FnArgs
from components.trainer.progress import Progress
from components.trainer.run_fn import run_fn

def kill(self, epoch, logs=None):
    if epoch == 3:
        os.kill(os.getpid(), signal.SIGKILL)

Progress.on_epoch_begin = kill
run_fn(FnArgs(**json.load(sys.stdin)))
"""
OPTIONS = {"embedding": 8, "pairs": 50, "filters": 4}
SETTINGS = {"epochs": 6, "ema": 0.8, "patience": 5, "learning_rate": 0.02}


def report(fn_args: FnArgs) -> dict[str, Any]:
    return json.loads(Path(fn_args.model_run_dir, "training.json").read_text())


@pytest.mark.e2e
def test_a_killed_training_goes_on_and_ends_as_one_left_alone(sentences, tmp_path, monkeypatch):
    """The weights agree to rounding; the figures before the kill are kept."""
    exported: list[list[np.ndarray]] = []
    monkeypatch.setattr(signatures, "export", lambda m, *_: exported.append(m.get_weights()))
    killed = sentences.fn_args(tmp_path / "killed", "text_cnn", OPTIONS, **SETTINGS)
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        input=json.dumps(attr.asdict(killed)),
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
    )
    assert done.returncode == -9, done.stderr[-3000:]
    backup = Path(backup_path(killed))
    assert backup.exists()

    # A node started again has a new execution, and new folders.
    killed.model_run_dir = str(tmp_path / "killed" / "run" / "2")
    trained: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(
            Progress,
            "on_train_batch_begin",
            lambda self, batch, logs=None: trained.append(batch),
            raising=False,
        )
        run_fn(killed)
    assert len(trained) == 3 * 3  # Three epochs of three batches.
    assert not backup.parent.exists()
    resumed = report(killed)["epochs"]
    assert [epoch["epoch"] for epoch in resumed] == [1, 2, 3, 4, 5, 6]

    alone = sentences.fn_args(tmp_path / "alone", "text_cnn", OPTIONS, **SETTINGS)
    run_fn(alone)
    for name in ("loss", "accuracy", "eval_loss", "eval_accuracy"):
        np.testing.assert_allclose(
            [epoch[name] for epoch in resumed],
            [epoch[name] for epoch in report(alone)["epochs"]],
            rtol=1e-4,
            err_msg=name,
        )
    for found, expected in zip(*exported, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_backup_belongs_to_what_is_trained_and_not_to_the_execution(sentences, tmp_path):
    first = sentences.fn_args(tmp_path, "text_cnn")
    again = sentences.fn_args(tmp_path, "text_cnn")
    again.model_run_dir = str(tmp_path / "run" / "2")
    other = sentences.fn_args(tmp_path, "text_cnn", learning_rate=0.5)
    assert backup_path(first) == backup_path(again) != backup_path(other)
    assert Path(backup_path(first)).parent == tmp_path / FOLDER


def make(
    path: Path, units: int = 3, patience: int = 2, phase: int = 0
) -> tuple[keras.Model, Backup]:
    """Returns a small model with dropout, and its backup with early stopping."""
    keras.utils.set_random_seed(units)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(units)]
    )
    model.compile(keras.optimizers.AdamW(), "mse", metrics=["accuracy"])
    progress = Progress(3)
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=patience)
    return model, Backup(str(path), phase, model, progress, stopping)


def fit(model: keras.Model, backup: Backup, initial_epoch: int = 0, epochs: int = 2) -> list[float]:
    x = np.random.default_rng(1).normal(size=(8, 4)).astype(np.float32)
    history = model.fit(
        x,
        x[:, :3],
        validation_data=(x, x[:, :3]),
        initial_epoch=initial_epoch,
        epochs=epochs,
        shuffle=False,
        callbacks=[backup._progress, backup._early_stopping, backup],
        verbose=0,
    )
    return history.history.get("loss", [])


def test_random_state_optimizer_and_early_stopping_are_restored_bit_by_bit(tmp_path):
    model, backup = make(tmp_path / "kept" / "a.npz")
    fit(model, backup)
    later, again = make(tmp_path / "kept" / "a.npz")
    assert again.restore()
    assert again._progress.last_epoch == 2
    for found, expected in zip(again._variables, backup._variables, strict=True):
        np.testing.assert_array_equal(np.array(found), np.array(expected), err_msg=found.path)
    again.set_model(later)
    again._early_stopping.on_train_begin()
    again.on_train_begin()
    assert again._early_stopping.best == backup._early_stopping.best
    assert again._early_stopping.wait == backup._early_stopping.wait
    # Dropout draws the same units, so the same loss comes of them.
    assert fit(later, again, 2, 3) == fit(model, backup, 2, 3)


def test_a_training_killed_after_its_last_epoch_only_exports(tmp_path):
    model, backup = make(tmp_path / "kept" / "a.npz")
    fit(model, backup)
    later, again = make(tmp_path / "kept" / "a.npz")
    assert again.restore()
    assert fit(later, again, again._progress.last_epoch) == []
    np.testing.assert_array_equal(later.get_weights()[0], model.get_weights()[0])


def test_a_phase_that_lies_behind_is_not_trained_again(tmp_path):
    model, backup = make(tmp_path / "kept" / "a.npz", phase=1)
    fit(model, backup)
    later, first = make(tmp_path / "kept" / "a.npz", units=5, phase=0)
    before = later.get_weights()[0]
    assert not first.restore()
    np.testing.assert_array_equal(later.get_weights()[0], before)


def test_a_phase_begins_anew_beside_the_backup_of_the_one_before(tmp_path):
    model, backup = make(tmp_path / "kept" / "a.npz", phase=0)
    fit(model, backup)
    _, second = make(tmp_path / "kept" / "a.npz", units=5, phase=1)
    assert second.restore()
    assert second._progress.last_epoch == 0
    assert (tmp_path / "kept" / "a.npz").exists()


@pytest.mark.parametrize("damage", ["half", "empty", "flipped", "foreign"])
def test_a_broken_or_foreign_backup_is_discarded_with_a_note(tmp_path, damage, caplog):
    path = tmp_path / "kept" / "a.npz"
    model, backup = make(path)
    fit(model, backup)
    content = bytearray(path.read_bytes())
    if damage == "half":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "flipped":
        content[content.index(b"variable_3.npy") + 150] ^= 255
        path.write_bytes(content)
    later, again = make(path, units=5 if damage == "foreign" else 3)
    before = later.get_weights()[0]
    assert again.restore()
    assert again._progress.last_epoch == 0
    assert "of no use" in caplog.text
    assert not path.exists()
    np.testing.assert_array_equal(later.get_weights()[0], before)
