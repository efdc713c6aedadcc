"""With several GPUs a batch is shared between them, and the training comes to the same."""

import json
import subprocess
import sys
from pathlib import Path

import attr
import numpy as np
import pytest

from components.features import TEXT
from components.trainer import signatures
from components.trainer.devices import strategy
from components.trainer.run_fn import run_fn

ROOT = Path(__file__).resolve().parents[3]
TWO_DEVICES = """
import json, sys
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs
from components.trainer import devices, signatures
from components.trainer.run_fn import run_fn

cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
listed = tf.config.list_logical_devices
tf.config.list_logical_devices = lambda kind=None: listed("CPU" if kind == "GPU" else kind)
assert devices.strategy(18).num_replicas_in_sync == 2
assert devices.strategy(19).num_replicas_in_sync == 1
signatures.export = lambda *_: None
run_fn(FnArgs(**json.load(sys.stdin)))
"""


def test_without_several_gpus_training_is_not_spread():
    assert strategy(18).num_replicas_in_sync == 1


@pytest.mark.e2e
def test_two_devices_train_and_evaluate_as_one_does(
    sentences, write_examples, tmp_path, monkeypatch
):
    """The 19th eval example, which one of the devices would lack, is left out."""
    monkeypatch.setattr(signatures, "export", lambda *_: None)
    for name, end in (("two", 40), ("one", 39)):
        examples = sentences.values[21:end], sentences.labels[21:end]
        write_examples(tmp_path / name / "eval" / "data.gz", TEXT, *examples)
    settings = {"epochs": 3, "batch_size": 18, "ema": 0.9, "patience": 3, "class_weights": True}
    options = {"embedding": 8, "pairs": 50, "filters": 8, "word_dropout": 0.0, "dropout": 0.0}
    spread = sentences.fn_args(tmp_path / "two", "text_cnn", options, **settings)
    alone = sentences.fn_args(tmp_path / "one", "text_cnn", options, **settings)
    spread.eval_files = [str(tmp_path / "two" / "eval" / "*")]
    alone.eval_files = [str(tmp_path / "one" / "eval" / "*")]
    done = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES],
        input=json.dumps(attr.asdict(spread)),
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    run_fn(alone)
    two, one = (
        json.loads((tmp_path / name / "run" / "1" / "training.json").read_text())["epochs"]
        for name in ("two", "one")
    )
    for name in ("loss", "eval_loss", "eval_accuracy"):
        figures = [[epoch[name] for epoch in epochs] for epochs in (two, one)]
        np.testing.assert_allclose(*figures, rtol=1e-3, err_msg=name)
